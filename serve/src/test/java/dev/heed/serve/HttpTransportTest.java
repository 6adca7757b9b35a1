package dev.heed.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import dev.heed.serve.StudioSettings.Limits;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// HTTP without a model: who may ask, who waits, who left.
class HttpTransportTest {
  private static final int PATIENCE = 60;

  /// Computes until whoever asked has left.
  private static final class Slow implements Endpoint {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch left = new CountDownLatch(1);

    @Override
    public Answer answer(Call call) {
      begun.countDown();
      while (!call.cancellation().isCancelled()) {
        Thread.onSpinWait();
        if (Thread.currentThread().isInterrupted()) {
          return Answer.nothingMore();
        }
      }
      left.countDown();
      return Answer.nothingMore();
    }
  }

  private static HttpTransport transport(Endpoint slow, int queued) {
    Limits limits = new Limits(1 << 10, queued, 1 << 20, 1);
    StudioSettings settings = new StudioSettings("127.0.0.1", 0, limits, Optional.empty());
    Endpoint quick = _ -> Answer.of(Json.object());
    return new HttpTransport(settings, Map.of("/api/slow", slow, "/api/quick", quick));
  }

  private static RawHttp http(HttpTransport transport) {
    return new RawHttp(transport.port()).with("Content-Type", "application/json");
  }

  @Test
  void whoHangsUp_stopsWhatWasComputed() throws Exception {
    Slow slow = new Slow();
    try (HttpTransport transport = transport(slow, 4)) {
      try (Socket _ = http(transport).send("POST /api/slow", "{}")) {
        assertThat(slow.begun.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
        assertThat(slow.left.getCount()).isEqualTo(1);
      }
      assertThat(slow.left.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
      assertThat(http(transport).post("/api/quick", "{}").status()).isEqualTo(200);
    }
  }

  @Test
  void whoHangsUpInTheLine_leavesTheirPlace() throws Exception {
    Slow slow = new Slow();
    try (HttpTransport transport = transport(slow, 1);
        Socket _ = http(transport).send("POST /api/slow", "{}")) {
      assertThat(slow.begun.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
      inLine(transport).close();
      // the place is free again: this one waits, for as long as the first computes
      boolean waits = false;
      for (int tries = 0; tries < 200 && !waits; tries++) {
        waits = isWaiting(transport);
      }
      assertThat(waits).isTrue();
    }
  }

  /// Whoever waits in a line that is full.
  private static Socket inLine(HttpTransport transport) throws IOException {
    for (int tries = 0; tries < 100; tries++) {
      Socket one = http(transport).send("POST /api/quick", "{}");
      if (!answers(one).contains("503") && isRefused(transport)) {
        return one;
      }
      one.close();
    }
    throw new AssertionError("the line never was full");
  }

  private static boolean isRefused(HttpTransport transport) throws IOException {
    try (Socket another = http(transport).send("POST /api/quick", "{}")) {
      String answer = answers(another);
      return answer.contains("503") && answer.toLowerCase(Locale.ROOT).contains("retry-after: 1");
    }
  }

  /// What comes back soon; nothing of who waits.
  private static String answers(Socket socket) throws IOException {
    socket.setSoTimeout(500);
    StringBuilder all = new StringBuilder();
    try {
      for (int next = socket.getInputStream().read(); next >= 0; ) {
        all.append((char) next);
        next = socket.getInputStream().read();
      }
    } catch (SocketTimeoutException e) {
      return all.toString();
    }
    return all.toString();
  }

  private static boolean isWaiting(HttpTransport transport) {
    try (Socket socket = http(transport).send("POST /api/quick", "{}")) {
      socket.setSoTimeout(200);
      return socket.getInputStream().read() < -1;
    } catch (IOException e) {
      return true;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "'[::1]:7070', 200",
    "127.0.0.1, 200",
    "evil.example, 403",
    "127.0.0.1.evil.example, 403",
    "localhost.evil.example, 403",
    "evil.example:7070, 403"
  })
  void hosts_thatLeadHereUnderAnotherName_mayNotAsk(String host, int status) throws IOException {
    try (HttpTransport transport = transport(new Slow(), 1)) {
      RawHttp http = http(transport).with("Host", host);
      assertThat(http.post("/api/quick", "{}").status()).isEqualTo(status);
      assertThat(http.get("/").status()).isEqualTo(status);
    }
  }
}
