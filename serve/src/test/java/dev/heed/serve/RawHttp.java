package dev.heed.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// HTTP over a socket of its own: nothing is added to what a test says, and it can hang up.
///
/// @param headers of a request
record RawHttp(int port, Map<String, String> headers) {
  RawHttp(int port) {
    this(port, Map.of("Host", "127.0.0.1:" + port, "Connection", "close"));
  }

  /// What came back.
  @SuppressWarnings("ArrayRecordComponent")
  record Response(int status, Map<String, String> headers, byte[] body) {
    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    Json.Obj json() {
      return Json.parseObject("answer", body);
    }

    /// The lines of an answer that went well; those that say how long a chunk is are left out.
    List<Json.Obj> lines() {
      String text = new String(body, StandardCharsets.UTF_8);
      assertThat(status).as(text).isEqualTo(200);
      return text.lines()
          .filter(line -> line.startsWith("{"))
          .map(line -> Json.parseObject("line", line.getBytes(StandardCharsets.UTF_8)))
          .toList();
    }
  }

  RawHttp with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new RawHttp(port, more);
  }

  Response get(String path) throws IOException {
    try (Socket socket = send("GET " + path, "")) {
      return read(socket);
    }
  }

  /// Asks the studio.
  Response ask(String path, String body) throws IOException {
    return with("Content-Type", "application/json").post("/api/" + path, body);
  }

  Response post(String path, String body) throws IOException {
    try (Socket socket = send("POST " + path, body)) {
      return read(socket);
    }
  }

  /// Sends a request; whoever closes the socket hangs up.
  Socket send(String line, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(line + " HTTP/1.1\r\n");
    with("Content-Length", String.valueOf(bytes.length))
        .headers()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.UTF_8));
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      // refused before all of it was read; the answer says why
      return socket;
    }
    return socket;
  }

  private static Response read(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (IOException e) {
      // the server hung up on a body that it would not read; what it said is here
      all.flush();
    }
    byte[] bytes = all.toByteArray();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    String[] lines = text.substring(0, end).split("\r\n", -1);
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line : Arrays.asList(lines).subList(1, lines.length)) {
      String[] pair = line.split(": ", 2);
      headers.put(pair[0].toLowerCase(Locale.ROOT), pair[1]);
    }
    int status = Integer.parseInt(lines[0].split(" ", -1)[1]);
    return new Response(status, headers, Arrays.copyOfRange(bytes, end + 4, bytes.length));
  }
}
