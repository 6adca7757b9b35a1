package dev.heed.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import dev.heed.serve.StudioSettings.Limits;
import java.io.IOException;
import java.net.Socket;
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
      try (Socket _ = http(transport).send("POST /api/quick", "{}")) {
        awaitRefusal(transport);
      }
      // the place is free again: this one waits, for as long as the first computes
      boolean waits = false;
      for (int tries = 0; tries < 200 && !waits; tries++) {
        waits = isWaiting(transport);
      }
      assertThat(waits).isTrue();
    }
  }

  /// Asks until the line is full.
  private static void awaitRefusal(HttpTransport transport) throws IOException {
    RawHttp.Response answer = null;
    for (int tries = 0; tries < 200; tries++) {
      try (Socket socket = http(transport).send("POST /api/quick", "{}")) {
        socket.setSoTimeout(100);
        if (socket.getInputStream().read() >= 0) {
          answer = http(transport).post("/api/quick", "{}");
          break;
        }
      } catch (IOException e) {
        // it waits, and so leaves again
        continue;
      }
    }
    assertThat(answer).isNotNull();
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isEqualTo("1");
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
