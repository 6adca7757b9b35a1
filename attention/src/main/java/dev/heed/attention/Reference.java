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
            shape.batch() * shape.heads() / ReferenceHeads.together(call),
            (task, _) -> {
              ReferenceHeads heads = ReferenceHeads.of(call);
              int first = task * heads.rows.length;
              for (int t = 0; t < shape.queries(); t++) {
                heads.at(first / shape.heads(), first % shape.heads(), t).score();
                heads.normalize();
                for (ReferenceRow row : heads.rows) {
                  row.mixInto(out);
                }
              }
            });
  }

  @Override
  public void backward(
      Attention attention, AttentionInput input, OutputGradients dy, InputGradients dx, Run run) {
    BoundCall call = BoundCall.of(attention, input).checkOut("dOut", dy.out()).checkBackward();
    ReferenceBackward backward = new ReferenceBackward(call, dy, dx);
    run.workers().run(backward.tasks(), (task, _) -> backward.run(task));
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
