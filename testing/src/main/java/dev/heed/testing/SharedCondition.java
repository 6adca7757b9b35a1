package dev.heed.testing;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/// Decides for [NeedsShared]; never silent about what is absent.
final class SharedCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    List<String> absent =
        AnnotationSupport.findAnnotation(context.getElement(), NeedsShared.class).stream()
            .flatMap(needs -> Arrays.stream(needs.value()))
            .filter(name -> Shared.find(name).isEmpty())
            .toList();
    if (absent.isEmpty()) {
      return ConditionEvaluationResult.enabled("the shared data is there");
    }
    String text =
        "%s: shared data absent: %s; looked %s"
            .formatted(context.getDisplayName(), absent, Shared.placesLooked());
    if (Shared.required()) {
      throw new IllegalStateException(text);
    }
    System.err.println(text);
    return ConditionEvaluationResult.disabled(text);
  }
}
