package dev.heed.serve;

import dev.heed.checkpoint.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// What a request is answered with.
@SuppressWarnings("ArrayRecordComponent")
record Answer(int status, String type, byte[] bytes) {
  static final String JSON = "application/json";
  static final String LINES = "application/x-ndjson";
  static final String BINARY = "application/octet-stream";

  static Answer of(Json json) {
    return of(200, json);
  }

  static Answer of(int status, Json json) {
    return new Answer(status, JSON, json.toString().getBytes(StandardCharsets.UTF_8));
  }

  static Answer of(byte[] bytes) {
    return new Answer(200, BINARY, bytes);
  }

  /// Floats, the lowest byte first.
  static Answer of(float[] numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    return of(bytes.array());
  }

  /// After parts that were sent: their end.
  static Answer nothingMore() {
    return new Answer(200, LINES, new byte[0]);
  }

  /// What is wrong, in the form that clients of such interfaces expect.
  static Answer error(int status, String kind, String message) {
    Json.Obj error = Json.object().with("type", kind).with("message", message);
    return of(status, Json.object().with("error", error));
  }
}
