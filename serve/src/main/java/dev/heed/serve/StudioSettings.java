package dev.heed.serve;

import dev.heed.tensor.HeedException;
import java.nio.file.Path;
import java.util.Optional;

/// Where a studio listens and what it lets in.
///
/// @param host the address to listen at
/// @param port the port; 0 takes one that is free
/// @param limits what bounds its memory
/// @param data a text that models have not seen, or a folder of them, where there is one
public record StudioSettings(String host, int port, Limits limits, Optional<Path> data) {
  /// The address that nobody else can reach.
  public static final String LOOPBACK = "127.0.0.1";

  public StudioSettings {
    if (port < 0 || port > 65535) {
      throw new HeedException("studio: port %d; 0 to 65535 fit".formatted(port));
    }
  }

  /// Listens for this machine alone.
  public static StudioSettings loopback(int port) {
    return new StudioSettings(LOOPBACK, port, Limits.standard(), Optional.empty());
  }

  /// The same for another address.
  public StudioSettings withHost(String other) {
    return new StudioSettings(other, port, limits, data);
  }

  /// The same with a text to judge models on.
  public StudioSettings withData(Path text) {
    return new StudioSettings(host, port, limits, Optional.of(text));
  }

  boolean isLoopback() {
    return Hosts.isLoopback(host);
  }

  /// What bounds the memory of a server.
  ///
  /// @param bodyBytes of one request
  /// @param queued requests that wait to be computed
  /// @param traceBytes of all traces that are kept, and the most of one
  /// @param models that are open at once
  public record Limits(int bodyBytes, int queued, long traceBytes, int models) {
    /// 256 KiB, 64 requests, 256 MiB or a quarter of the heap, 4 models.
    public static Limits standard() {
      return of(Runtime.getRuntime().maxMemory());
    }

    static Limits of(long heap) {
      return new Limits(256 << 10, 64, Math.min(256L << 20, heap / 4), 4);
    }
  }
}
