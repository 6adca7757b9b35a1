package dev.heed.data;

/// What a row of a batch says about the documents that it cuts through.
public enum Packing {
  /// Nothing: a row is one text, as in nanoGPT.
  IGNORED,
  /// The number of each token's document, for the mask `document`; positions run on from one
  /// document to the next. The last token of a document has no target.
  MASKED,
  /// As [#MASKED], and positions begin again at 0 with each document.
  RESTARTED
}
