package dev.heed.serve;

import dev.heed.kernel.Workers;

/// A page that looks inside a model, and the server under it. It answers until it is closed.
public final class Studio implements AutoCloseable {
  private final StudioSettings settings;
  private final StudioApi api;
  private final HttpTransport transport;

  private Studio(StudioSettings settings, StudioApi api) {
    this.settings = settings;
    this.api = api;
    this.transport = new HttpTransport(settings, api.endpoints());
  }

  /// Opens the model and listens.
  ///
  /// @param model a path, or `embedded`: what the page shows first
  /// @param workers to compute with; they stay the caller's
  public static Studio start(String model, StudioSettings settings, Workers workers) {
    return new Studio(settings, new StudioApi(model, settings, workers));
  }

  public int port() {
    return transport.port();
  }

  /// Where a browser finds the page.
  public String address() {
    return "http://%s:%d/".formatted(settings.host(), port());
  }

  /// Stops listening; what is being computed is given up.
  @Override
  public void close() {
    transport.close();
    api.close();
  }
}
