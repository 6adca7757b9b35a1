package dev.heed.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WorkspaceTest {
  /// More than the smallest slab, so that every size needs a slab of its own.
  private static final int LARGE = 1_100_000;

  @Test
  void take_sizesThatGrowFromCallToCall_holdsTheLargestAlone() {
    Workspace workspace = new Workspace();
    workspace.take(3, 5);
    int largest = 0;
    for (int call = 0; call < 9; call++) {
      Workspace.Mark mark = workspace.mark();
      largest = LARGE + call * 1000;
      workspace.take(largest);
      workspace.release(mark);
    }
    assertThat(workspace.held()).isBetween(4L * largest, 4L * (largest + LARGE));
  }

  @Test
  void take_largerThanWhatIsFree_leavesWhatIsHeldAlone() {
    Workspace workspace = new Workspace();
    Tensor small = workspace.take(7);
    Workspace.Mark mark = workspace.mark();
    Tensor large = workspace.take(2, LARGE);
    small.fill(3);
    large.fill(5);
    workspace.take(3, LARGE).fill(7);
    assertThat(small.at(6)).isEqualTo(3);
    assertThat(large.at(1, LARGE - 1)).isEqualTo(5);

    workspace.release(mark);
    workspace.take(4, LARGE).fill(11);
    assertThat(small.at(6)).isEqualTo(3);
  }

  @Test
  void take_afterRelease_givesTheSameMemory() {
    Workspace workspace = new Workspace();
    Workspace.Mark mark = workspace.mark();
    Tensor first = workspace.take(2, LARGE);
    workspace.release(mark);
    long held = workspace.held();

    Tensor again = workspace.take(2, LARGE);
    assertThat(again.array()).isSameAs(first.array());
    assertThat(workspace.held()).isEqualTo(held);
  }

  @Test
  void take_moreThanAnArrayHolds_namesShapeAndLimit() {
    Workspace workspace = new Workspace();
    assertThatThrownBy(() -> workspace.take(70_000, 70_000))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[70000, 70000]")
        .hasMessageContaining("4900000000");
    assertThatThrownBy(() -> Tensor.zeros(70_000, 70_000)).isInstanceOf(ShapeException.class);
  }
}
