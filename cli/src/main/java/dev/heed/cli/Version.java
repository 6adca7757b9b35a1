package dev.heed.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version of Heed, the commit that it was built from where that is known, and the version of
/// the Java that runs it.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"heed %s (Java %s)".formatted(text(), Runtime.version())};
  }

  /// Number and commit; the commit ends in `-dirty` where files had changed since.
  static String text() {
    Properties properties = read();
    String number = properties.getProperty("version");
    String commit = properties.getProperty("commit", "");
    return commit.isEmpty() ? number : number + " commit " + commit;
  }

  private static Properties read() {
    Properties properties = new Properties();
    try (InputStream stream = Version.class.getResourceAsStream("version.properties")) {
      properties.load(Objects.requireNonNull(stream));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
