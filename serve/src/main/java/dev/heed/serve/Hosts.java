package dev.heed.serve;

import java.util.Locale;
import java.util.Set;

/// Names of hosts in requests.
final class Hosts {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");

  private Hosts() {}

  static boolean isLoopback(String host) {
    return LOOPBACK.contains(plain(host));
  }

  /// A host without brackets and in small letters.
  static String plain(String host) {
    String small = host.toLowerCase(Locale.ROOT);
    return small.startsWith("[") && small.endsWith("]")
        ? small.substring(1, small.length() - 1)
        : small;
  }
}
