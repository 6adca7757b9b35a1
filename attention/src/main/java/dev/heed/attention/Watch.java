package dev.heed.attention;

import dev.heed.grad.Site;

/// Sees what is observed of the weights of every attention of a run, where maps would not fit. A
/// run has one by [dev.heed.grad.Run#choosing].
public interface Watch {
  /// Whether the weights at `pattern`, the site of a map, are to be observed.
  boolean wants(Site pattern);

  /// What of them.
  Observers observers();

  /// What was observed at a site that is wanted.
  void at(Site pattern, Statistics statistics);
}
