package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.Workspace;
import java.util.Arrays;
import java.util.stream.IntStream;

/// The backward pass of a call that mixes rows, in the blocks of [MixedPass], whose maps are
/// computed again. Each task has sums of its own for keys, values and learned numbers, which are
/// added in the tasks' order.
final class MixedBackward {
  private final BoundCall call;
  private final AttentionShape shape;
  private final TiledBackward.Sums sums;
  private final Run run;
  private final int parts;
  private final LearnedSums[] learned;

  MixedBackward(BoundCall call, TiledBackward.Sums sums, Run run) {
    if (sums.dy().ofStatistics()) {
      throw new UnsupportedCombinationException(
          "gradients of entropy or coverage",
          Mixing.texts(call.attention.mixings()),
          "executor Reference, or a call that mixes nothing,");
    }
    this.call = call;
    this.shape = call.shape;
    this.sums = sums;
    this.run = run;
    this.parts = MixedPass.parts(shape);
    this.learned =
        IntStream.range(0, parts)
            .mapToObj(_ -> new LearnedSums(call, sums.dx().parameters(), 1))
            .toArray(LearnedSums[]::new);
  }

  /// What a task adds to.
  ///
  /// @param keys `[G, S, E]`, in place
  /// @param values `[G, S, W]`
  private record Collected(HeadView keys, HeadView values, LearnedSums learned) {}

  /// Adds the gradients of all inputs.
  void run() {
    sums.fresh().clear(sums.dx());
    Workspace.Mark mark = run.workspace().mark();
    int tasks = shape.batch() * parts;
    HeadView keys =
        HeadView.of(run.workspace().take(tasks, shape.groups(), shape.keys(), shape.width()));
    HeadView values =
        HeadView.of(run.workspace().take(tasks, shape.groups(), shape.keys(), shape.valueWidth()));
    KeyTiles tiles = new KeyTiles(call, Tiled.RUN);
    run.workers()
        .run(
            tasks,
            (task, scratch) -> {
              Workspace.Mark own = scratch.mark();
              MixedBlock block = new MixedBlock(call, tiles, run.kernels(), scratch);
              Collected into =
                  new Collected(of(keys, task), of(values, task), learned[task % parts]);
              int from = task % parts * block.size;
              for (int t0 = from; t0 < shape.queries(); t0 += parts * block.size) {
                if (block.at(task / parts, t0)) {
                  block(block, into);
                }
              }
              scratch.release(own);
            });
    addUp(keys, sums.dx().k());
    addUp(values, sums.dx().v());
    for (LearnedSums each : learned) {
      each.addUp();
    }
    run.workspace().release(mark);
  }

  /// What a task collects, as the one batch that [MixedBlock] reads; zeros at first.
  private static HeadView of(HeadView all, int task) {
    int from = all.row(task, 0, 0);
    Arrays.fill(all.array(), from, from + all.batchStride(), 0);
    return new HeadView(all.array(), from, all.axes(), 0, all.headStride(), all.rowStride());
  }

  /// Adds what all tasks of a batch collected, in their order.
  private void addUp(HeadView collected, HeadView into) {
    int width = into.axes().width();
    run.workers()
        .run(
            shape.batch() * shape.groups(),
            (head, _) -> {
              int b = head / shape.groups();
              int g = head % shape.groups();
              for (int s = 0; s < shape.keys(); s++) {
                for (int part = 0; part < parts; part++) {
                  int from = collected.row(b * parts + part, g, s);
                  int to = into.row(b, g, s);
                  run.kernels()
                      .rows()
                      .add(collected.array(), from, into.array(), to, into.array(), to, width);
                }
              }
            });
  }

  private void block(MixedBlock block, Collected into) {
    block.weigh();
    block.maps.growBack();
    for (int h = 0; h < shape.heads(); h++) {
      values(block, h, into);
    }
    talk(block, Mixing.TalkWeights.class, Mixing.WEIGHTS, block.maps.weights, into);
    normalize(block, into);
    if (!call.attention.modifiers().isEmpty()) {
      modify(block, into);
    }
    talk(block, Mixing.TalkScores.class, Mixing.SCORES, block.maps.raw, into);
    float[] gradients = block.maps.gradients;
    run.kernels().rows().scale((float) call.scale, gradients, 0, gradients, 0, block.count());
    for (int h = 0; h < shape.heads(); h++) {
      int g = shape.groupOf(h);
      Matrix ofScores = block.ofHead(gradients, h);
      Matrix keys = block.keysOf(call.input.k(), g);
      block.multiplyAdd(ofScores, keys, block.queriesOf(sums.dx().q(), h));
      Matrix queries = block.queriesOf(call.input.q(), h);
      block.multiplyAdd(ofScores.transpose(), queries, block.keysOf(into.keys, g));
    }
  }

  /// What values get, and the gradients of the weights that they were weighed with.
  private void values(MixedBlock block, int h, Collected into) {
    MixedBlock.Maps maps = block.maps;
    Matrix dOut = block.queriesOf(sums.dy().out(), h);
    int g = shape.groupOf(h);
    Matrix dValues = block.keysOf(into.values, g);
    block.multiplyAdd(block.ofHead(maps.last, h).transpose(), dOut, dValues);
    Matrix gradients = block.ofHead(maps.gradients, h);
    Matrix values = block.keysOf(call.input.v(), g).transpose();
    run.kernels().products().multiply(dOut, values, gradients, block.scratch);
    block.values.ifPresent(distances -> distances.back(dOut, h, into.learned));
    for (int n = gradients.offset(); n < gradients.offset() + block.queries() * block.keys(); n++) {
      maps.gradients[n] = maps.kept[n] == 0 ? 0 : maps.kept[n] * maps.gradients[n];
    }
  }

  /// The way back of heads that talked: what their matrix gets, and the gradients of what they
  /// said, in place.
  private void talk(
      MixedBlock block, Class<? extends Mixing> kind, String name, float[] said, Collected into) {
    if (!call.attention.mixes(kind)) {
      return;
    }
    MixedBlock.Maps maps = block.maps;
    int heads = shape.heads();
    Matrix after = block.allOf(maps.gradients);
    if (into.learned.wants(name)) {
      float[] products = new float[heads * heads];
      block.multiplyAdd(after, block.allOf(said).transpose(), Matrix.of(products, heads, heads));
      for (int n = 0; n < products.length; n++) {
        into.learned.of(name, 0, block.b, n / heads)[n % heads] += products[n];
      }
    }
    Matrix talking = block.talking(name).transpose();
    run.kernels().products().multiply(talking, after, block.allOf(maps.spare), block.scratch);
    System.arraycopy(maps.spare, 0, maps.gradients, 0, block.count());
  }

  /// From the gradients of weights to those of scores.
  private void normalize(MixedBlock block, Collected into) {
    BlockRow row = new BlockRow(block);
    for (int h = 0; h < shape.heads(); h++) {
      for (int t = block.t0; t < block.t1; t++) {
        row.normalize(h, block.row(h, t), into.learned);
      }
    }
  }

  /// Leads the gradients of the scores back through the modifiers, in double precision.
  private void modify(MixedBlock block, Collected into) {
    ReferenceModifiers modifiers = new ReferenceModifiers(call);
    HeadView queries = sums.queries();
    double[] dq = new double[Math.max(shape.width(), queries.axes().width())];
    for (int h = 0; h < shape.heads(); h++) {
      for (int t = block.t0; t < block.t1; t++) {
        modifiers.at(block.b, h, t);
        Arrays.fill(dq, 0);
        int at = block.row(h, t);
        for (int n = 0; n < block.keys(); n++) {
          if (!block.maps.hidden[at + n]) {
            int s = block.s0 + n;
            modifiers.forward(s, block.maps.mixed[at + n]);
            float gradient = block.maps.gradients[at + n];
            block.maps.gradients[at + n] = (float) modifiers.back(s, gradient, dq, into.learned);
          }
        }
        int to = queries.row(block.b, h, t);
        for (int e = 0; e < queries.axes().width(); e++) {
          queries.array()[to + e] += (float) dq[e];
        }
      }
    }
  }

  /// The normalizer's way back on one row of a block.
  private record BlockRow(MixedBlock block, RowNormalizer normalizer) {
    BlockRow(MixedBlock block) {
      this(block, new RowNormalizer(block.call));
    }

    /// `ds_j = r_j (dw_j - delta)`, in place, and what the learned number gets.
    void normalize(int h, int at, LearnedSums learned) {
      MixedBlock.Maps maps = block.maps;
      if (normalizer.isSoftmax()) {
        softmax(h, at, learned);
        return;
      }
      double rates = 0;
      double products = 0;
      for (int n = at; n < at + block.keys(); n++) {
        if (!maps.hidden[n]) {
          double rate = normalizer.rate(h, maps.weights[n]);
          rates += rate;
          products += rate * maps.gradients[n];
        }
      }
      double delta = normalizer.delta(rates, products);
      learn(h, at, delta, learned);
      for (int n = at; n < at + block.keys(); n++) {
        double rate = maps.hidden[n] ? 0 : normalizer.rate(h, maps.weights[n]);
        maps.gradients[n] = maps.hidden[n] ? 0 : (float) (rate * (maps.gradients[n] - delta));
      }
    }

    /// The same where rates are the weights, which are zero where keys are hidden.
    private void softmax(int h, int at, LearnedSums learned) {
      float[] weights = block.maps.weights;
      float[] gradients = block.maps.gradients;
      int end = at + block.keys();
      for (int n = at; n < end; n++) {
        gradients[n] = weights[n] == 0 ? 0 : gradients[n];
      }
      float delta = RowMap.dot(weights, at, gradients, at, block.keys());
      learn(h, at, delta, learned);
      for (int n = at; n < end; n++) {
        gradients[n] = weights[n] * (gradients[n] - delta);
      }
    }

    private void learn(int h, int at, double delta, LearnedSums learned) {
      MixedBlock.Maps maps = block.maps;
      if (!learned.wants("alpha") && !learned.wants("sink")) {
        return;
      }
      double total = 0;
      double products = 0;
      double entropy = 0;
      double entropyProducts = 0;
      boolean alpha = learned.wants("alpha");
      for (int n = at; n < at + block.keys(); n++) {
        double weight = maps.hidden[n] ? 0 : maps.weights[n];
        total += weight;
        if (alpha && weight > 0) {
          double information = -weight * Math.log(weight);
          products += weight * maps.gradients[n];
          entropy += information;
          entropyProducts += information * maps.gradients[n];
        }
      }
      if (learned.wants("sink")) {
        learned.of("sink", 0, block.b, h)[0] -= (1 - total) * delta;
      }
      if (alpha) {
        double exponent = block.call.alpha(h);
        learned.of("alpha", 0, block.b, h)[0] +=
            RowNormalizer.alphaGradient(exponent, delta, products, entropy, entropyProducts);
      }
    }
  }
}
