package dev.heed.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.testing.Mutator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// Damaged `tokenizer.json` files end in a named error or are read; nothing else happens, and soon.
///
/// The long run: `./mvnw -pl model -am test -Dtest=TokenizerFuzzTest
/// -Dsurefire.failIfNoSpecifiedTests=false -Dheed.fuzz.seconds=3600 -Dheed.fuzz.seed=7`.
final class TokenizerFuzzTest {
  private static final long SLOWEST_NANOS = 5_000_000_000L;
  private static final int LEAST_OF_EACH = 20;
  private static final String TEXT = "Hello  wörld 123 don't\n\u0301日本 <s>😀 xx";
  private static final List<String> NAMES =
      List.of("llama3", "roberta", "gemma", "unigram", "bert", "inverted", "suffix");

  private static void fuzz(Supplier<byte[]> files) {
    long end = System.nanoTime() + Mutator.seconds() * 1_000_000_000;
    int read = 0;
    int refused = 0;
    while (System.nanoTime() < end || read < LEAST_OF_EACH || refused < LEAST_OF_EACH) {
      byte[] bytes = files.get();
      long start = System.nanoTime();
      try {
        use(TokenizerJson.read("x.json", bytes).build());
        read++;
      } catch (TokenizerException | CheckpointException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("fails on " + new String(bytes, UTF_8), e);
      }
      if (System.nanoTime() - start > SLOWEST_NANOS) {
        throw new AssertionError("hangs on " + new String(bytes, UTF_8));
      }
    }
  }

  private static void use(Tokenizer tokenizer) {
    for (SpecialTokens specials : SpecialTokens.values()) {
      int[] ids = tokenizer.encode(TEXT, specials).ids();
      tokenizer.decode(ids, specials);
      StreamingDecoder stream = tokenizer.stream(specials);
      for (int id : ids) {
        stream.push(id);
      }
      stream.finish();
    }
  }

  @Test
  void read_damagedBytes_isReadOrRefused() throws IOException {
    List<byte[]> good = new ArrayList<>();
    for (String name : NAMES) {
      good.add(FixtureTest.fixture(name).object("tokenizer").toString().getBytes(UTF_8));
    }
    Mutator mutator = new Mutator(Mutator.seed(), good);
    fuzz(mutator::next);
  }

  @Test
  void read_damagedStructure_isReadOrRefused() throws IOException {
    Random random = new Random(Mutator.seed());
    List<Json> good = new ArrayList<>();
    for (String name : NAMES) {
      good.add(FixtureTest.fixture(name).object("tokenizer"));
    }
    fuzz(() -> {
      Json file = good.get(random.nextInt(good.size()));
      for (int i = random.nextInt(3); i >= 0; i--) {
        file = damage(file, good, random);
      }
      return file.toString().getBytes(UTF_8);
    });
  }

  /// The value with one part, somewhere within, replaced or left out.
  private static Json damage(Json value, List<Json> others, Random random) {
    if (value instanceof Json.Obj obj && !obj.members().isEmpty() && random.nextInt(8) > 0) {
      List<String> keys = new ArrayList<>(obj.members().keySet());
      String key = keys.get(random.nextInt(keys.size()));
      Map<String, Json> members = new LinkedHashMap<>(obj.members());
      if (random.nextInt(6) == 0) {
        members.remove(key);
      } else {
        members.put(key, damage(members.get(key), others, random));
      }
      return Json.of(members);
    }
    if (value instanceof Json.Arr arr && arr.size() > 0 && random.nextInt(8) > 0) {
      List<Json> items = new ArrayList<>(arr.items());
      int index = random.nextInt(items.size());
      if (random.nextInt(6) == 0) {
        items.remove(index);
      } else {
        items.set(index, damage(items.get(index), others, random));
      }
      return Json.of(items);
    }
    return replacement(others, random);
  }

  private static Json replacement(List<Json> others, Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> new Json.Null();
      case 1 -> Json.of(random.nextBoolean());
      case 2 -> Json.of(random.nextInt(400));
      case 3 -> Json.of(random.nextLong());
      case 4 -> Json.of("");
      case 5 -> Json.of("(a+)+|[\\p{L}&&[^a]]*?(?=x)");
      case 6 -> Json.of(List.of());
      case 7 -> Json.object();
      case 8 -> Json.of("▁<0x41>Hello");
      default -> part(others.get(random.nextInt(others.size())), random);
    };
  }

  /// Some part of a value.
  private static Json part(Json value, Random random) {
    if (value instanceof Json.Obj obj && !obj.members().isEmpty() && random.nextInt(4) > 0) {
      List<Json> members = new ArrayList<>(obj.members().values());
      return part(members.get(random.nextInt(members.size())), random);
    }
    if (value instanceof Json.Arr arr && arr.size() > 0 && random.nextInt(4) > 0) {
      return part(arr.items().get(random.nextInt(arr.size())), random);
    }
    return value;
  }
}
