package dev.heed.cli;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.CacheShape;
import dev.heed.attention.HeadView;
import dev.heed.attention.Mask;
import dev.heed.attention.Need;
import dev.heed.attention.Positions;
import dev.heed.attention.Source;
import dev.heed.attention.source.BlendHeads;
import dev.heed.attention.source.ExactIndex;
import dev.heed.attention.source.HeadProduct;
import dev.heed.attention.source.NeighbourMemory;
import dev.heed.attention.source.Prepend;
import dev.heed.attention.source.ProjectLength;
import dev.heed.attention.source.PseudoInverse;
import dev.heed.attention.source.Recall;
import dev.heed.attention.source.SegmentMeans;
import dev.heed.attention.source.Segments;
import dev.heed.attention.source.SourceCall;
import dev.heed.cli.GradCheckCases.Numbers;
import dev.heed.grad.Operation;
import dev.heed.kernel.Kernels;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Cases of what brings keys and values from elsewhere: each operation, and each source as a whole.
final class SourceGradCases {
  private static final int BATCH = 2;
  private static final int HEADS = 6;
  private static final int GROUPS = 3;
  private static final int LENGTH = 11;
  private static final int WIDTH = 5;
  private static final int VALUE_WIDTH = 7;

  private final Numbers numbers = new Numbers(4);
  private final List<GradCheckCase> cases = new ArrayList<>();

  private SourceGradCases() {}

  static List<GradCheckCase> all() {
    SourceGradCases made = new SourceGradCases();
    made.operations();
    made.sources();
    return made.cases;
  }

  private void operations() {
    Tensor x = numbers.tensor(BATCH, LENGTH, GROUPS * WIDTH);
    add("learned rows", new Prepend(numbers.weight("rows", 3, GROUPS * WIDTH), x));
    int[] lengths = {LENGTH, 7};
    add("segments", new SegmentMeans(x, new Segments(lengths, new int[] {4, 3}, 4), GROUPS, HEADS));
    Tensor squares = numbers.tensor(BATCH, 4, HEADS * 4);
    for (int n = 0; n < squares.size(); n++) {
      squares.array()[n] = Math.abs(squares.array()[n]) + (n / (HEADS * 4) % 4 == n % 4 ? 3 : 0);
    }
    add("squares", new PseudoInverse(squares, HEADS, 4, new int[] {4, 3}));
    Tensor some = numbers.tensor(BATCH, 4, HEADS * WIDTH);
    add("heads", new HeadProduct(numbers.tensor(BATCH, LENGTH, HEADS * 4), some, HEADS));
    NeighbourMemory memory =
        new NeighbourMemory(
            new CacheShape(BATCH, GROUPS, WIDTH, VALUE_WIDTH),
            100,
            ExactIndex.factory(Kernels.best().lookup()));
    memory.add(
        HeadView.split(x, GROUPS),
        HeadView.split(numbers.tensor(BATCH, LENGTH, GROUPS * VALUE_WIDTH), GROUPS));
    Tensor q = numbers.tensor(BATCH, 4, HEADS * WIDTH);
    add("nearest neighbours", new Recall(q, memory, HEADS, LENGTH));
    Tensor near = numbers.tensor(BATCH, 4, HEADS * VALUE_WIDTH);
    Tensor far = numbers.tensor(BATCH, 4, HEADS * VALUE_WIDTH);
    add("gate", new BlendHeads(near, far, numbers.weight("gates", HEADS), 0, 3));
    add("positions", new ProjectLength(numbers.weight("rows", 4, LENGTH), x, lengths));
  }

  private void add(String choice, Operation operation) {
    cases.add(GradCheckCase.of(choice, operation));
  }

  private void sources() {
    source(Source.prefix(3), "causal");
    source(Source.nystrom(4), "");
    source(new Source.Nystrom(3, 2), "padding");
    source(Source.linformer(4, LENGTH), "padding");
    past();
  }

  /// What is past has no gradient, so keys and values of the text are no operands here.
  private void past() {
    Tensor q = numbers.tensor(BATCH, LENGTH, HEADS * WIDTH);
    Tensor k = numbers.tensor(BATCH, LENGTH, GROUPS * WIDTH);
    Tensor v = numbers.tensor(BATCH, LENGTH, GROUPS * VALUE_WIDTH);
    Tensor gates = numbers.tensor(HEADS);
    Source source = Source.past(LENGTH, 4, 2 * LENGTH);
    Map<String, Operand> learned = Map.of("memory_gate", gates);
    AttentionSites sites = AttentionSites.inBlock(0);
    SourceCall call = new SourceCall(source, Attention.causal(), input(q, k, v), sites, learned);
    cases.add(
        new GradCheckCase(
            Recall.class,
            "source " + source.text(),
            List.of(q, gates),
            run -> call.attend(new Attend.Operands(q, k, v), run)));
  }

  private void source(Source source, String mask) {
    Tensor q = numbers.tensor(BATCH, LENGTH, HEADS * WIDTH);
    Tensor k = numbers.tensor(BATCH, LENGTH, GROUPS * WIDTH);
    Tensor v = numbers.tensor(BATCH, LENGTH, GROUPS * VALUE_WIDTH);
    AttentionInput input = input(q, k, v);
    AttentionInput complete = mask.equals("padding") ? input.withLengths(LENGTH, 7) : input;
    AttentionShape shape = input.shape();
    Map<String, Operand> learned = new LinkedHashMap<>();
    for (Need need : source.needs(shape)) {
      learned.put(need.name(), numbers.tensor(need.shape().toArray()));
    }
    List<Operand> all = new ArrayList<>(List.of(q, k, v));
    all.addAll(learned.values());
    Attention attention = Attention.full().withMask(Mask.parse(mask));
    AttentionSites sites = AttentionSites.inBlock(0);
    SourceCall call = new SourceCall(source, attention, complete, sites, learned);
    cases.add(
        new GradCheckCase(
            Attend.class,
            "source " + source.text(),
            all,
            run -> call.attend(new Attend.Operands(q, k, v), run)));
  }

  private static AttentionInput input(Tensor q, Tensor k, Tensor v) {
    Positions positions = Positions.range(0, LENGTH);
    return AttentionInput.of(
        HeadView.split(q, HEADS),
        HeadView.split(k, GROUPS),
        HeadView.split(v, GROUPS),
        positions,
        positions);
  }
}
