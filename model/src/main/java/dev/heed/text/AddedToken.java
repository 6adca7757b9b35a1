package dev.heed.text;

import java.util.Set;

/// A token that is looked for in the text itself, before the model sees it.
record AddedToken(int id, String content, Set<Flag> flags) {
  enum Flag {
    /// It marks structure: decoding can leave it out.
    SPECIAL,
    /// It takes the white space before it along.
    LEFT_STRIP,
    /// It takes the white space after it along.
    RIGHT_STRIP,
    /// It is not found within a word.
    SINGLE_WORD,
    /// It is looked for in the normalized text.
    NORMALIZED
  }

  boolean is(Flag flag) {
    return flags.contains(flag);
  }
}
