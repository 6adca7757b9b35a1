package dev.heed.text;

import java.util.Arrays;

/// The alphabet in which byte-level vocabularies write bytes: a printable character for each of the
/// 256, itself where it is printable, else one from U+0100 on.
final class Bytes {
  private static final char[] CHARACTER = new char[256];
  private static final short[] BYTE = new short[0x200];

  static {
    Arrays.fill(BYTE, (short) -1);
    int next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      CHARACTER[b] = (char) (printable ? b : next++);
      BYTE[CHARACTER[b]] = (short) b;
    }
  }

  private Bytes() {}

  static char character(int b) {
    return CHARACTER[b & 0xFF];
  }

  /// The byte that a character stands for, or -1.
  static int of(int character) {
    return character < BYTE.length ? BYTE[character] : -1;
  }

  /// The piece that stands for a byte in vocabularies with byte fallback: `<0x0A>`.
  static String piece(int b) {
    return "<0x%02X>".formatted(b & 0xFF);
  }

  /// The byte that a piece such as `<0x0A>` stands for, or -1.
  static int ofPiece(String piece) {
    if (piece.length() != 6 || !piece.startsWith("<0x") || piece.charAt(5) != '>') {
      return -1;
    }
    int high = Character.digit(piece.charAt(3), 16);
    int low = Character.digit(piece.charAt(4), 16);
    return high < 0 || low < 0 ? -1 : 16 * high + low;
  }
}
