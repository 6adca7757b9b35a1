package dev.heed.checkpoint;

import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Bool;
import dev.heed.checkpoint.Json.Num;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.checkpoint.Json.Str;

/// From a JSON value to the Java type that is expected of it, or an error that names the place.
final class JsonAs {
  private JsonAs() {}

  static String string(Json value, Place place) {
    return value instanceof Str(String text) ? text : fail(value, place, "a text");
  }

  static boolean bool(Json value, Place place) {
    return value instanceof Bool(boolean truth) ? truth : fail(value, place, "true or false");
  }

  static Obj object(Json value, Place place) {
    return value instanceof Obj obj ? obj : fail(value, place, "an object");
  }

  static Arr list(Json value, Place place) {
    return value instanceof Arr arr ? arr : fail(value, place, "a list");
  }

  static double number(Json value, Place place) {
    return value instanceof Num number ? number.asDouble() : fail(value, place, "a number");
  }

  static int integer(Json value, Place place) {
    String wanted = "a whole number of 32 bits";
    long whole = whole(value, place, wanted);
    return whole == (int) whole ? (int) whole : JsonAs.<Integer>fail(value, place, wanted);
  }

  static long whole(Json value, Place place) {
    return whole(value, place, "a whole number of 64 bits");
  }

  private static long whole(Json value, Place place, String wanted) {
    if (value instanceof Num(String text)) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException _) {
        return JsonAs.<Long>fail(value, place, wanted);
      }
    }
    return JsonAs.<Long>fail(value, place, wanted);
  }

  private static <T> T fail(Json value, Place place, String wanted) {
    throw new CheckpointException(
        "%s: is %s, should be %s".formatted(place, value.describe(), wanted));
  }
}
