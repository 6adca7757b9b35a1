package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.tensor.HeedException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// HTTP and nothing else: the event loop reads requests and writes answers, the [ComputeQueue]
/// computes them. Whoever hangs up leaves the line, and stops what was being computed for them.
final class HttpTransport implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.heed.serve");
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
              + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin");

  private static final int CONNECTIONS = 256;

  /// Milliseconds in which all of a request has come.
  private static final int PATIENCE = 30_000;

  private final StudioSettings settings;
  private final Map<String, Endpoint> endpoints;
  private final ComputeQueue queue;
  private final Page page = new Page();
  private final Set<Cancellation> active = ConcurrentHashMap.newKeySet();
  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger connections = new AtomicInteger();
  private final HttpServer server;

  /// Listens from now on.
  ///
  /// @param endpoints by the path that they answer
  HttpTransport(StudioSettings settings, Map<String, Endpoint> endpoints) {
    this.settings = settings;
    this.endpoints = Map.copyOf(endpoints);
    this.queue = new ComputeQueue(settings.limits().queued());
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(settings.host())
            .setPort(settings.port())
            .setIdleTimeout(10)
            .setIdleTimeoutUnit(TimeUnit.MINUTES)
            .setHttp2ClearTextEnabled(false);
    HttpServer made =
        vertx.createHttpServer(options).connectionHandler(this::count).requestHandler(this::handle);
    try {
      server = made.listen().toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      close();
      throw new HeedException(
          "studio: cannot listen at %s, port %d: %s; another --port may be free"
              .formatted(settings.host(), settings.port(), reason(e)),
          e);
    }
  }

  private static String reason(CompletionException e) {
    return String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
  }

  int port() {
    return server.actualPort();
  }

  /// Connections hold memory: there is no more than so many.
  private void count(HttpConnection connection) {
    if (connections.incrementAndGet() > CONNECTIONS) {
      connection.close();
    }
    connection.closeHandler(_ -> connections.decrementAndGet());
  }

  private void handle(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    HEADERS.forEach(response::putHeader);
    try {
      checkOrigin(request);
      String path = Objects.requireNonNullElse(request.path(), "/");
      Endpoint endpoint = endpoints.get(path);
      if (endpoint != null) {
        read(request, endpoint);
      } else {
        file(path, request);
      }
    } catch (HeedException e) {
      send(response, failure(e));
    }
  }

  /// Pages of other sites may not ask: neither under a name of their own that leads here, nor from
  /// where they are.
  private void checkOrigin(HttpServerRequest request) {
    HostAndPort asked = request.authority();
    boolean named = asked != null && (!settings.isLoopback() || Hosts.isLoopback(asked.host()));
    String origin = request.getHeader("Origin");
    boolean own = origin == null || asked != null && origin.equals("http://" + asked);
    if (!named || !own) {
      throw new RefusedException(
          403,
          "studio: a request for %s from %s; only the studio's own page may ask"
              .formatted(asked, origin));
    }
  }

  private void file(String path, HttpServerRequest request) {
    HttpServerResponse response = request.response();
    if (!Set.of(HttpMethod.GET, HttpMethod.HEAD).contains(request.method())) {
      throw new RefusedException(405, "studio: %s %s; GET fits".formatted(request.method(), path));
    }
    Optional<Page.File> found = page.file(path);
    if (found.isEmpty()) {
      throw new RefusedException(404, "studio: %s is not here".formatted(path));
    }
    Page.File file = found.get();
    response.putHeader("ETag", file.tag()).putHeader("Cache-Control", "no-cache");
    if (file.tag().equals(request.getHeader("If-None-Match"))) {
      response.setStatusCode(304).end();
    } else {
      send(response, new Answer(200, file.type(), file.bytes()));
    }
  }

  private void read(HttpServerRequest request, Endpoint endpoint) {
    if (!request.method().equals(HttpMethod.POST)) {
      throw new RefusedException(
          405, "studio: %s %s; POST fits".formatted(request.method(), request.path()));
    }
    String type = Objects.requireNonNullElse(request.getHeader("Content-Type"), "");
    if (!Answer.JSON.equals(type.split(";", 2)[0].strip())) {
      throw new RefusedException(415, "studio: the body of a request is " + Answer.JSON);
    }
    Buffer body = Buffer.buffer();
    HttpServerResponse response = request.response();
    request.handler(part -> {
      if (body.length() + part.length() > settings.limits().bodyBytes()) {
        request.handler(_ -> {}).endHandler(_ -> {});
        response.putHeader("Connection", "close");
        send(response, failure(tooLong()));
      } else {
        body.appendBuffer(part);
      }
    });
    long late = vertx.setTimer(PATIENCE, _ -> request.connection().close());
    request.endHandler(_ -> {
      vertx.cancelTimer(late);
      submit(endpoint, body.getBytes(), response);
    });
    request.exceptionHandler(_ -> vertx.cancelTimer(late));
  }

  private RefusedException tooLong() {
    return new RefusedException(
        413,
        "studio: the request is longer than %d bytes; a shorter text fits"
            .formatted(settings.limits().bodyBytes()));
  }

  private void submit(Endpoint endpoint, byte[] body, HttpServerResponse response) {
    Context context = vertx.getOrCreateContext();
    Cancellation cancellation = new Cancellation();
    active.add(cancellation);
    response.endHandler(_ -> active.remove(cancellation));
    Endpoint.Parts parts = part -> context.runOnContext(_ -> sendPart(response, part));
    try {
      Json.Obj asked = Json.parseObject("request", body);
      Endpoint.Call call = new Endpoint.Call(asked, cancellation, parts);
      Runnable ticket =
          queue.submit(() -> {
            if (!cancellation.isCancelled()) {
              Answer answer = answer(endpoint, call);
              context.runOnContext(_ -> send(response, answer));
            }
          });
      response.closeHandler(_ -> {
        cancellation.cancel();
        active.remove(cancellation);
        ticket.run();
      });
    } catch (HeedException e) {
      send(response, failure(e));
    }
  }

  private static Answer answer(Endpoint endpoint, Endpoint.Call call) {
    try {
      return endpoint.answer(call);
    } catch (HeedException e) {
      return failure(e);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a request failed", e);
      return Answer.error(500, e.getClass().getSimpleName(), "studio: internal error: " + e);
    }
  }

  private static Answer failure(HeedException e) {
    int status = e instanceof RefusedException refused ? refused.status() : 400;
    return Answer.error(status, e.getClass().getSimpleName(), e.getMessage());
  }

  private static void sendPart(HttpServerResponse response, Json part) {
    if (!response.ended() && !response.closed()) {
      if (!response.headWritten()) {
        response.setChunked(true).putHeader("Content-Type", Answer.LINES);
      }
      response.write(part + "\n");
    }
  }

  private static void send(HttpServerResponse response, Answer answer) {
    if (response.ended() || response.closed()) {
      return;
    }
    Buffer bytes = Buffer.buffer(answer.bytes());
    if (response.headWritten()) {
      response.end(bytes);
      return;
    }
    if (answer.status() == 503) {
      response.putHeader("Retry-After", "1");
    }
    response.setStatusCode(answer.status()).putHeader("Content-Type", answer.type()).end(bytes);
  }

  @Override
  public void close() {
    active.forEach(Cancellation::cancel);
    queue.close(); // before the loops, to which it hands its answers
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
