package dev.heed.text;

/// What a token means to the model.
enum Role {
  /// It begins a text.
  BEGINNING("bos_token"),
  /// It ends a text.
  END("eos_token");

  private final String key;

  Role(String key) {
    this.key = key;
  }

  /// How the settings of a tokenizer call it; those of a model add `_id`.
  String key() {
    return key;
  }
}
