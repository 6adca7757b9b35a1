package dev.heed.cli;

/// What the command tells its caller. 69 (no JDK) and 130 (interrupted) come from the launcher and
/// the JVM.
final class ExitCode {
  static final int DONE = 0;
  static final int CHECK_FAILED = 1;
  static final int USAGE = 2;
  static final int BAD_INPUT = 3;
  static final int OUR_FAULT = 4;
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
