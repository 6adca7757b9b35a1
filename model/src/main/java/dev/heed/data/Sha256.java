package dev.heed.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A SHA-256 sum, part by part.
final class Sha256 {
  private final MessageDigest digest;

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new DataException("data: this JDK has no SHA-256, which every JDK must have", e);
    }
  }

  void add(ByteBuffer bytes) {
    digest.update(bytes);
  }

  /// The sum in hexadecimal digits; nothing can be added afterwards.
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
