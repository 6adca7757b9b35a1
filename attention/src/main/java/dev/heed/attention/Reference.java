package dev.heed.attention;

import dev.heed.grad.Run;

/// The oracle and the microscope: plain loops in double precision, as the formulas read, that can
/// show every map.
public record Reference() implements Executor {
  @Override
  public void forward(Attention attention, AttentionInput input, HeadView out, Run run) {
    BoundCall call = BoundCall.of(attention, input).checkOut("out", out);
    AttentionShape shape = call.shape;
    run.workers()
        .run(
            shape.batch() * shape.heads(),
            (task, _) -> {
              int b = task / shape.heads();
              int h = task % shape.heads();
              ReferenceRow row = new ReferenceRow(call);
              for (int t = 0; t < shape.queries(); t++) {
                row.at(b, h, t).score();
                row.normalize();
                row.mixInto(out);
              }
            });
  }

  @Override
  public void backward(
      Attention attention, AttentionInput input, OutputGradients dy, InputGradients dx, Run run) {
    BoundCall call = BoundCall.of(attention, input).checkOut("dOut", dy.out()).checkBackward();
    ReferenceBackward backward = new ReferenceBackward(call, dy, dx);
    AttentionShape shape = call.shape;
    run.workers()
        .run(
            shape.batch() * shape.groups(),
            (task, _) -> backward.group(task / shape.groups(), task % shape.groups()));
    backward.addLearned();
  }

  @Override
  public int queryTile() {
    return 1;
  }

  @Override
  public int keyTile() {
    return Integer.MAX_VALUE;
  }

  @Override
  public long scratch(AttentionShape shape) {
    return 40L * shape.keys() + 8L * shape.valueWidth();
  }
}
