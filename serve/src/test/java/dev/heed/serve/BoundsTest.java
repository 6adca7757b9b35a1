package dev.heed.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.lens.Lens;
import dev.heed.model.EmbeddedModel;
import dev.heed.model.LanguageModel;
import dev.heed.serve.StudioSettings.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a studio keeps, and for how long.
class BoundsTest {
  private static final long BYTES = 1 << 20;

  private final Workers workers = Workers.of(2);

  private static Traced trace(TraceStore store, LanguageModel model, String text, Workers workers) {
    return store.get(
        new TraceStore.Key(model, text, List.of()),
        () -> Traced.of(Lens.of(model, workers), Texts.of(model, text), new Cancellation()));
  }

  @Test
  void get_manyTexts_keepsNoMoreThanTheLimit() {
    try (workers;
        LanguageModel model = LanguageModel.embedded()) {
      TraceStore store = new TraceStore(BYTES);
      for (int n = 0; n < 12; n++) {
        Traced traced = trace(store, model, "Romeo, Romeo, Romeo " + n, workers);
        long before = traced.bytes();
        traced.means(new Cancellation());
        traced.zeroing(new Cancellation());
        assertThat(traced.bytes()).isGreaterThan(before + 6L * traced.texts().size() * 128 * 4);
        // asked for again, with what has grown meanwhile
        assertThat(trace(store, model, "Romeo, Romeo, Romeo " + n, workers)).isSameAs(traced);
        assertThat(store.bytes()).isBetween(traced.bytes(), BYTES);
      }
    }
  }

  @Test
  void get_ofAModelThatIsClosed_leavesNothingOfIt() {
    try (workers) {
      List<LanguageModel> closed = new ArrayList<>();
      TraceStore store = new TraceStore(BYTES);
      OpenModels models =
          new OpenModels(
              1,
              model -> {
                closed.add(model);
                store.drop(model);
              });
      trace(store, models.get("embedded"), "Romeo", workers);
      assertThat(store.bytes()).isPositive();
      models.close();
      assertThat(closed).hasSize(1);
      assertThat(store.bytes()).isZero();
    }
  }

  @Test
  void limits_ofASmallHeap_areAQuarterOfIt() {
    assertThat(Limits.of(256L << 20).traceBytes()).isEqualTo(64L << 20);
    assertThat(Limits.of(8L << 30).traceBytes()).isEqualTo(256L << 20);
  }

  private static void copy(Path folder, String name, String into) throws IOException {
    Optional<byte[]> bytes = EmbeddedModel.folder().read(name);
    if (bytes.isPresent()) {
      Path fresh = Files.write(folder.resolve("fresh"), bytes.get());
      Files.move(fresh, folder.resolve(into), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Test
  void get_ofAFolderThatIsReplaced_opensItAnew(@TempDir Path folder) throws IOException {
    try (workers) {
      for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
        copy(folder, name, name);
      }
      List<LanguageModel> closed = new ArrayList<>();
      OpenModels models = new OpenModels(1, closed::add);
      LanguageModel embedded = models.get("embedded");
      LanguageModel first = models.get(folder.toString());
      assertThat(closed).as("no more than one is open").containsExactly(embedded);
      assertThat(models.get(folder.toString())).isSameAs(first);
      copy(folder, "model.safetensors", "model.safetensors");
      LanguageModel second = models.get(folder.toString());
      assertThat(second).isNotSameAs(first);
      assertThat(models.get(folder.toString())).isSameAs(second);
      Files.delete(folder.resolve("model.safetensors"));
      Files.delete(folder.resolve("config.json"));
      Files.delete(folder.resolve("tokenizer.json"));
      assertThat(models.get(folder.toString())).as("gone, and still mapped").isSameAs(second);
      models.close();
    }
  }

  @Test
  void requests_thatNobodyWouldRead_areRefused() throws IOException {
    try (workers;
        Studio studio = Studio.start("embedded", StudioSettings.loopback(0), workers)) {
      RawHttp http = new RawHttp(studio.port()).with("Content-Type", "application/json");
      assertRefused(
          http.post("/api/trace", "{\"text\": \"O\", \"modle\": \"x\"}"),
          400,
          "'modle'",
          "'model'");
      String head = "{\"layer\": 0, \"head\": 1, \"by\": \"zero\", \"position\": 3}";
      assertRefused(
          http.post("/api/effect", "{\"text\": \"O\", \"position\": 0, \"heads\": [" + head + "]}"),
          400,
          "'heads.position'");
      assertRefused(http.post("/index.html", "{}"), 405, "GET fits");
      assertThat(
              http.with("Content-Type", "application/json; charset=utf-8")
                  .post("/api/model", "{}")
                  .status())
          .isEqualTo(200);
    }
  }

  private static void assertRefused(RawHttp.Response answer, int status, String... words) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(Json.parseObject("answer", answer.body()).object("error").string("message"))
        .contains(words);
  }

  @Test
  void connections_beyondTheirNumber_areClosedAndOthersServed() throws IOException {
    List<Socket> open = new ArrayList<>();
    try (workers;
        Studio studio = Studio.start("embedded", StudioSettings.loopback(0), workers)) {
      byte[] begun =
          "POST /api/model HTTP/1.1\r\nHost: localhost\r\n".getBytes(StandardCharsets.UTF_8);
      for (int n = 0; n < 256; n++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), studio.port());
        socket.getOutputStream().write(begun);
        open.add(socket);
      }
      try (Socket one = new Socket(InetAddress.getLoopbackAddress(), studio.port())) {
        one.setSoTimeout(20_000);
        assertThat(one.getInputStream().read()).isEqualTo(-1);
      }
      for (Socket socket : open) {
        socket.close();
      }
      RawHttp http = new RawHttp(studio.port()).with("Content-Type", "application/json");
      // the server hears of the others' end in its own time
      long end = System.nanoTime() + 20_000_000_000L;
      while (System.nanoTime() < end && !served(http)) {
        Thread.onSpinWait();
      }
      assertThat(served(http)).isTrue();
    }
  }

  private static boolean served(RawHttp http) {
    try {
      return http.post("/api/model", "{}").status() == 200;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
