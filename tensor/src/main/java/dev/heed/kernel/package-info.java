/// Kernels: loops over numbers, in two twins, a scalar one that is the definition and a vector one
/// that is fast.
///
/// Families: [Products] (matrix products), [WeightProducts] (products with stored weights), [Rows]
/// (row by row), each an interface. Vector types stay inside this package.
package dev.heed.kernel;
