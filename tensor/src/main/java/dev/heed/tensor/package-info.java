/// Shapes and the two kinds of numbers: [Tensor], which is computed with, and [Weight], which is
/// read.
///
/// Axes have letters, everywhere in Heed:
///
/// | letter | axis |
/// |---|---|
/// | `B` | batch |
/// | `H` | query heads |
/// | `G` | key/value heads; query head `h` reads key/value head `h / (H / G)` |
/// | `T` | query positions |
/// | `S` | key positions |
/// | `E` | width of queries and keys in a head |
/// | `W` | width of the values in a head, usually `E` |
/// | `D` | model width |
/// | `F` | hidden width of the feed-forward |
/// | `V` | vocabulary |
package dev.heed.tensor;
