package dev.heed.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/// Runs a test only where the named shared data is there, and says so where it is not.
///
/// With `-Dheed.shared=required` absence is a failure instead.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(SharedCondition.class)
public @interface NeedsShared {
  /// Files or folders relative to the shared folder: `golden/gpt2`.
  String[] value();
}
