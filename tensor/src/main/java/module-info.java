/// Numbers: shapes, arrays, kernels, worker threads and gradients.
///
/// Everything above this module computes through [dev.heed.kernel.Kernels] and never touches a
/// vector lane itself.
@org.jspecify.annotations.NullMarked
module dev.heed.tensor {
  requires static jdk.incubator.vector;
  requires static org.jspecify;

  exports dev.heed.tensor;
  exports dev.heed.kernel;
  exports dev.heed.grad;
}
