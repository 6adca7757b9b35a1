package dev.heed.kernel;

/// Where the scores of a tile stand: positions and documents of its queries and keys.
///
/// @param queries how many queries there are
/// @param i positions of the queries, from `iFrom` on
/// @param j positions of the keys, from `jFrom` on
/// @param docs documents, where they are read
public record TilePlaces(int queries, int[] i, int iFrom, int[] j, int jFrom, Documents docs) {
  /// @param q of the queries, from `qFrom` on
  /// @param k of the keys, from `kFrom` on
  public record Documents(int[] q, int qFrom, int[] k, int kFrom) {
    public static final Documents NONE = new Documents(new int[0], 0, new int[0], 0);
  }

  /// The same queries with keys that begin `keys` further on.
  public TilePlaces behind(int keys) {
    Documents moved = new Documents(docs.q, docs.qFrom, docs.k, docs.kFrom + keys);
    return new TilePlaces(queries, i, iFrom, j, jFrom + keys, moved);
  }
}
