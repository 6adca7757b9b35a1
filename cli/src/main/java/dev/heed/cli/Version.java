package dev.heed.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version of Heed and of the Java that runs it.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"heed %s (Java %s)".formatted(number(), Runtime.version())};
  }

  static String number() {
    Properties properties = new Properties();
    try (InputStream stream = Version.class.getResourceAsStream("version.properties")) {
      properties.load(Objects.requireNonNull(stream));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }
}
