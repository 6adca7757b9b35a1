package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.attention.expression.Truth;
import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.FeatureMap;
import dev.heed.attention.mixer.MixerMode;
import dev.heed.attention.mixer.MixerVariants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No choice is missing from the table.
class VariantsTest {
  private static List<Variant> all() {
    List<Variant> all = new ArrayList<>(Variants.all());
    all.addAll(MixerVariants.all());
    return all;
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        Score.class,
        Modifier.class,
        Truth.class,
        Normalizer.class,
        Mixing.class,
        HeadChoice.class,
        Source.class,
        Observer.class,
        CacheChoice.Layout.class,
        RotaryScaling.class,
        Executor.class,
        FeatureMap.class,
        Decay.class,
        MixerMode.class
      })
  void all_axis_hasEveryChoice(Class<?> axis) {
    Set<Class<?>> listed = all().stream().map(Variant::type).collect(Collectors.toSet());
    assertThat(listed).containsAll(choices(axis).toList());
  }

  private static Stream<Class<?>> choices(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(VariantsTest::choices)
        : Stream.of(type);
  }

  @Test
  void all_line_hasEverything() {
    assertThat(all())
        .doesNotHaveDuplicates()
        .allSatisfy(variant -> {
          assertThat(variant.summary()).isNotBlank().hasSizeLessThan(100);
          assertThat(variant.paper()).matches(".+ \\d{4}, https://\\S+|Heed");
        });
  }

  @Test
  void mask_everyTermWithoutArguments_isRead() {
    for (Variant variant : MaskVariants.ALL) {
      if (variant.form().matches("[a-z]+|j <= i \\+ 3")) {
        assertThat(Mask.parse(variant.form()).truth()).isInstanceOf(variant.type());
      }
    }
  }
}
