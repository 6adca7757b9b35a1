package dev.heed.kernel;

import dev.heed.tensor.HeedException;
import java.lang.System.Logger.Level;
import java.util.Optional;

/// Which kernels this JVM runs, and why. Nothing here links to a vector class before the module is
/// known to be there.
final class KernelChoice {
  static final String PROPERTY = "heed.kernels";

  private static final String MODULE = "jdk.incubator.vector";
  private static final String ADVICE = "start Java with --add-modules " + MODULE;

  private KernelChoice() {}

  private static final class Best {
    static final Kernels KERNELS =
        choose(Optional.ofNullable(System.getProperty(PROPERTY)), vectorModuleIsReadable());
  }

  static Kernels best() {
    return Best.KERNELS;
  }

  static Kernels choose(Optional<String> forced, boolean readable) {
    String choice = forced.orElse(readable ? "vector" : "scalar");
    String why = forced.map(value -> "%s=%s".formatted(PROPERTY, value)).orElse("");
    Kernels kernels =
        switch (choice) {
          case "vector" -> vector(readable, why);
          case "scalar" -> Kernels.scalar(forced.isPresent() ? why : MODULE + " is not readable");
          default ->
              throw new HeedException(
                  "kernels: %s must be scalar or vector, is '%s'".formatted(PROPERTY, choice));
        };
    System.Logger log = System.getLogger("dev.heed.kernel");
    if (forced.isEmpty() && !readable) {
      log.log(Level.WARNING, "Scalar kernels run, many times slower than vector ones; " + ADVICE);
    }
    log.log(Level.DEBUG, () -> "%s: %s".formatted(kernels.name(), kernels.reason()));
    return kernels;
  }

  private static Kernels vector(boolean readable, String forced) {
    if (!readable) {
      throw new HeedException(
          "kernels: %s asks for the module %s, which is not readable; %s"
              .formatted(forced, MODULE, ADVICE));
    }
    return VectorKernels.create(forced.isEmpty() ? MODULE + " is readable" : forced);
  }

  private static boolean vectorModuleIsReadable() {
    return ModuleLayer.boot()
        .findModule(MODULE)
        .filter(KernelChoice.class.getModule()::canRead)
        .isPresent();
  }
}
