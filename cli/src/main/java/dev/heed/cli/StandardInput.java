package dev.heed.cli;

import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Standard input as one text.
final class StandardInput {
  private StandardInput() {}

  /// All of `input`, less one trailing newline.
  static String text(InputStream input) throws IOException {
    byte[] bytes = input.readAllBytes();
    try {
      String all = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return all.replaceFirst("\\r?\\n\\z", "");
    } catch (CharacterCodingException e) {
      throw new HeedException("standard input: is not UTF-8, as a text should be", e);
    }
  }
}
