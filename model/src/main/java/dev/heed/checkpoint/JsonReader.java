package dev.heed.checkpoint;

import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Bool;
import dev.heed.checkpoint.Json.Null;
import dev.heed.checkpoint.Json.Num;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.checkpoint.Json.Str;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/// Strict JSON from bytes, on Jackson's token stream.
final class JsonReader {
  private static final int DEEPEST = 64;
  private static final int LONGEST_NUMBER = 400;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxNumberLength(LONGEST_NUMBER)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();
  private static final Null NULL = new Null();

  private final String source;
  private final JsonParser parser;

  private JsonReader(String source, JsonParser parser) {
    this.source = source;
    this.parser = parser;
  }

  static Json read(String source, byte[] utf8) {
    CharBuffer text = decode(source, utf8);
    try (JsonParser parser =
        FACTORY.createParser(
            ObjectReadContext.empty(), text.array(), text.arrayOffset(), text.remaining())) {
      return new JsonReader(source, parser).document();
    } catch (StreamConstraintsException e) {
      throw new CheckpointException(
          "%s: JSON beyond a limit (%d levels of nesting, numbers of %d digits)"
              .formatted(source, DEEPEST, LONGEST_NUMBER),
          e);
    } catch (StreamReadException e) {
      throw new CheckpointException(new JsonFault(text, e).message(source), e);
    }
  }

  private static CharBuffer decode(String source, byte[] utf8) {
    ByteBuffer bytes = ByteBuffer.wrap(utf8);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes);
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          "%s: byte %d is not UTF-8; JSON should be".formatted(source, bytes.position()), e);
    }
  }

  private Json document() {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw new CheckpointException("%s: is empty, should be JSON".formatted(source));
    }
    Json value = value(first, Place.of(source));
    if (parser.nextToken() != null) {
      throw new CheckpointException(
          "%s: more text after the end of the JSON, at line %d"
              .formatted(source, parser.currentTokenLocation().getLineNr()));
    }
    return value;
  }

  private Json value(JsonToken token, Place place) {
    return switch (token) {
      case START_OBJECT -> object(place);
      case START_ARRAY -> array(place);
      case VALUE_STRING -> new Str(text(parser.getString(), place));
      case VALUE_NUMBER_INT -> new Num(parser.getString());
      case VALUE_NUMBER_FLOAT -> number(parser.getString(), place);
      case VALUE_TRUE -> new Bool(true);
      case VALUE_FALSE -> new Bool(false);
      case VALUE_NULL -> NULL;
      default -> throw new CheckpointException("%s: unexpected %s".formatted(place, token));
    };
  }

  private Obj object(Place place) {
    Map<String, Json> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = text(parser.currentName(), place);
      Json value = value(parser.nextToken(), place.member(key));
      if (members.put(key, value) != null) {
        throw new CheckpointException(
            "%s: stands twice in its object, at line %d"
                .formatted(place.member(key), parser.currentTokenLocation().getLineNr()));
      }
    }
    return new Obj(members, place);
  }

  private Arr array(Place place) {
    List<Json> items = new ArrayList<>();
    JsonToken token = parser.nextToken();
    while (token != JsonToken.END_ARRAY) {
      items.add(value(token, place.item(items.size())));
      token = parser.nextToken();
    }
    return new Arr(items, place);
  }

  private static Num number(String text, Place place) {
    if (Character.isLetter(text.charAt(text.length() - 1)) && !isPythons(text)) {
      throw new CheckpointException("%s: '%s' is not a number".formatted(place, text));
    }
    return new Num(text);
  }

  private static boolean isPythons(String text) {
    return text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
  }

  private static String text(String text, Place place) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (i + 1 == text.length()
            || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
          throw new CheckpointException(
              "%s: a text holds half a surrogate pair, at character %d".formatted(place, i));
        }
        i++;
      }
    }
    return text;
  }
}
