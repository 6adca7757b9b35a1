package dev.heed.layer;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionException;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.Cache;
import dev.heed.attention.CacheChoice;
import dev.heed.attention.CacheNumbers;
import dev.heed.attention.CacheShape;
import dev.heed.attention.Chance;
import dev.heed.attention.ForgetSums;
import dev.heed.attention.GateHeads;
import dev.heed.attention.HeadView;
import dev.heed.attention.Mask;
import dev.heed.attention.Modifier;
import dev.heed.attention.Need;
import dev.heed.attention.Positions;
import dev.heed.attention.Rotary;
import dev.heed.attention.Rotate;
import dev.heed.attention.Source;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.attention.source.Past;
import dev.heed.attention.source.SourceCall;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Multi-head self-attention, [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762) section
/// 3.2.2, with grouped queries, rotary positions and norms on heads where a model has them.
///
/// @param source where keys and values come from besides the text
/// @param learned the numbers that the choices of `attention` and `source` read, by name
public record SelfAttention(
    Projections projections,
    HeadNorms headNorms,
    Optional<Rotary> rotary,
    Attention attention,
    Source source,
    Map<String, Weight> learned,
    Heads heads)
    implements Mixer {
  /// The learned number of each head that its result is multiplied with, `[H]`, where there is one.
  public static final String GATE = "gate";

  private static final Mask OWN_DOCUMENT = Mask.parse("document");

  /// @param query `[H·E, D]`
  /// @param key `[G·E, D]`
  /// @param value `[G·E, D]`
  /// @param output `[D, H·E]`
  /// @param forget the forget gates of each head, `[H, D]`, which the modifier `forget` reads
  public record Projections(
      Linear query, Linear key, Linear value, Linear output, Optional<Linear> forget) {
    /// Without forget gates.
    public Projections(Linear query, Linear key, Linear value, Linear output) {
      this(query, key, value, output, Optional.empty());
    }

    public Projections withForget(Linear gates) {
      return new Projections(query, key, value, output, Optional.of(gates));
    }
  }

  /// Norms of each head: of the queries and of the keys, before the rotation, and of the results,
  /// before the gate, so that no head shouts the others down.
  public record HeadNorms(Optional<Norm> query, Optional<Norm> key, Optional<Norm> result) {
    public static final HeadNorms NONE = new HeadNorms(Optional.empty(), Optional.empty());

    /// Norms of queries and keys alone.
    public HeadNorms(Optional<Norm> query, Optional<Norm> key) {
      this(query, key, Optional.empty());
    }

    public HeadNorms withResult(Norm norm) {
      return new HeadNorms(query, key, Optional.of(norm));
    }

    public static HeadNorms of(Norm query, Norm key) {
      return new HeadNorms(Optional.of(query), Optional.of(key));
    }
  }

  public SelfAttention {
    learned = Collections.unmodifiableMap(new LinkedHashMap<>(learned));
    boolean forgets = attention.modifiers().stream().anyMatch(Modifier.Forget.class::isInstance);
    if (forgets != projections.forget().isPresent()) {
      throw new AttentionException(
          forgets
              ? "attention: modifier forget reads gates and the projections have none; [H, D] would fit"
              : "attention: the projections have forget gates that no modifier reads; 'forget' would fit");
    }
    learned.forEach((name, weight) -> {
      if (weight.array().isEmpty()) {
        throw new AttentionException(
            "attention: the numbers '%s' are %s, read in place; a weight in an array fits"
                .formatted(name, weight));
      }
    });
  }

  /// An attention to the text itself whose choices read no learned numbers.
  public SelfAttention(
      Projections projections,
      HeadNorms headNorms,
      Optional<Rotary> rotary,
      Attention attention,
      Heads heads) {
    this(projections, headNorms, rotary, attention, Source.self(), Map.of(), heads);
  }

  /// The same attention with the numbers that its choices read, by name.
  public SelfAttention withLearned(Map<String, Weight> numbers) {
    return new SelfAttention(projections, headNorms, rotary, attention, source, numbers, heads);
  }

  /// The same attention with keys and values from elsewhere.
  ///
  /// @param numbers what the source reads, by name
  public SelfAttention withSource(Source other, Map<String, Weight> numbers) {
    Map<String, Weight> all = new LinkedHashMap<>(learned);
    all.putAll(numbers);
    return new SelfAttention(projections, headNorms, rotary, attention, other, all, heads);
  }

  public SelfAttention withChance(Chance chance) {
    Attention chancy = attention.withChance(chance);
    return new SelfAttention(projections, headNorms, rotary, chancy, source, learned, heads);
  }

  public SelfAttention withHeadNorms(HeadNorms norms) {
    return new SelfAttention(projections, norms, rotary, attention, source, learned, heads);
  }

  @Override
  public Tensor forward(Tensor x, int block, Pass pass, Run run) {
    Tensor q = seen(projections.query().forward(x, run), block, "q", run);
    Tensor k = seen(projections.key().forward(x, run), block, "k", run);
    Tensor v = seen(projections.value().forward(x, run), block, "v", run);
    Tensor still = normed(q, headNorms.query(), run);
    Tensor stillKeys = normed(k, headNorms.key(), run);
    q = rotated(still, heads.queries(), pass, run);
    k = rotated(stillKeys, heads.keys(), pass, run);
    q = seen(q, block, "rot_q", run);
    k = seen(k, block, "rot_k", run);
    pass.share(block, k, v);
    Attend.Operands unturned = new Attend.Operands(still, stillKeys, v);
    Attend.Operands turned = new Attend.Operands(q, k, v, sums(x, block, pass, run));
    Tensor z =
        pass.keeps()
            ? attendCached(turned, unturned, block, pass, run)
            : attendWhole(turned, unturned, block, pass, run);
    if (source instanceof Source.Memory) {
      refuseRecomputing(run);
      pass.noteForMemory(
          block, HeadView.split(stillKeys, heads.keys()), HeadView.split(v, heads.keys()));
    }
    z = normed(z, headNorms.result(), run);
    if (learned.containsKey(GATE)) {
      z = run.apply(new GateHeads(z, learned.get(GATE)));
    }
    return HeadResults.project(z, projections.output(), heads.queries(), block, run);
  }

  /// The sums of the forget gates of tokens, `[B, H, T]`, as queries and keys read them; none where
  /// there are no gates.
  private Map<String, Operand> sums(Tensor x, int block, Pass pass, Run run) {
    if (projections.forget().isEmpty()) {
      return Map.of();
    }
    Tensor gates = seen(projections.forget().get().forward(x, run), block, "forget", run);
    Optional<Tensor> before =
        pass.cache(block).flatMap(MixerCache.KeysAndValues::sums).flatMap(ForgetGates::last);
    Tensor sums = run.apply(new ForgetSums(gates, before));
    Map<String, Operand> read = new LinkedHashMap<>();
    read.put(ForgetGates.OF_QUERIES, sums);
    read.put(ForgetGates.OF_KEYS, sums);
    return read;
  }

  @Override
  public MixerCache newCache(int batch, int limit, int longest, CacheChoice choice) {
    return source instanceof Source.Past past
        ? new MixerCache.KeysAndValues(
            choice.make(shape(batch), past.inSegment(attention).mask(), limit, longest),
            Optional.of(new Past(shape(batch), past)))
        : new MixerCache.KeysAndValues(
            choice.make(shape(batch), attention.mask(), limit, longest),
            Optional.empty(),
            projections
                .forget()
                .map(_ ->
                    choice
                        .withNumbers(CacheNumbers.FLOAT)
                        .make(
                            new CacheShape(batch, heads.queries(), 1, 1),
                            attention.mask(),
                            limit,
                            longest)));
  }

  private CacheShape shape(int batch) {
    return new CacheShape(batch, heads.keys(), heads.width(), heads.width());
  }

  private void refuseRecomputing(Run run) {
    if (run.recomputes()) {
      throw new UnsupportedCombinationException(
          "source " + source.text(),
          "a run that recomputes blocks",
          "the memory has changed by then: keep the blocks");
    }
  }

  /// @param unturned queries, keys and values before any rotation, as a memory has them
  private Tensor attendWhole(
      Attend.Operands of, Attend.Operands unturned, int block, Pass pass, Run run) {
    AttentionInput plain =
        AttentionInput.of(
            HeadView.split(of.q(), heads.queries()),
            HeadView.split(of.k(), heads.keys()),
            HeadView.split(of.v(), heads.keys()),
            pass.positions(),
            pass.positions());
    Learned numbers = Learned.of(source, plain.shape(), learned);
    AttentionInput given = ForgetGates.given(of.parameters(), numbers.given(plain));
    AttentionInput input = drawing(within(pass.documents(), given), run);
    Attention attending = within(pass.documents(), attending(run));
    AttentionSites sites = AttentionSites.inBlock(block);
    SourceCall call = new SourceCall(source, attending, input, sites, numbers.source());
    Map<String, Operand> all = new LinkedHashMap<>(numbers.attention());
    all.putAll(of.parameters());
    Attend.Operands operands = new Attend.Operands(of.q(), of.k(), of.v(), all);
    pass.observe(call.ofText().attention(), input, operands, run);
    return switch (source) {
      case Source.Memory _ ->
          call.recall(call.ofText().attend(operands, run), unturned.q(), pass.memory(block), run);
      case Source.Past past ->
          call.recall(
              call.ofText().attend(operands, run),
              unturned,
              new Past(shape(of.q().axis(0)), past),
              run);
      default -> call.attend(operands, run);
    };
  }

  private Tensor attendCached(
      Attend.Operands of, Attend.Operands unturned, int block, Pass pass, Run run) {
    MixerCache.KeysAndValues kept = pass.cache(block).orElseThrow();
    Cache.Contents all =
        kept.rows()
            .append(
                HeadView.split(of.k(), heads.keys()),
                HeadView.split(of.v(), heads.keys()),
                pass.positions());
    AttentionInput plain = all.input(HeadView.split(of.q(), heads.queries()), pass.positions());
    Learned numbers = Learned.of(source, plain.shape(), learned);
    Map<String, Tensor> sums = ForgetGates.kept(of.parameters(), kept.sums(), pass.positions());
    AttentionInput input = drawing(ForgetGates.given(sums, numbers.given(plain)), run);
    AttentionSites sites = AttentionSites.inBlock(block);
    SourceCall call = new SourceCall(source, attending(run), input, sites, numbers.source());
    return switch (source) {
      case Source.Memory _ ->
          call.recall(call.ofText().attendCached(run), unturned.q(), pass.memory(block), run);
      case Source.Past _ ->
          call.recall(call.ofText().attendCached(run), unturned, kept.past().orElseThrow(), run);
      default -> call.attendCached(run);
    };
  }

  /// The attention of tokens that see their own document alone, where they belong to several.
  static Attention within(Optional<Positions> documents, Attention attention) {
    return documents.isPresent()
        ? attention.withMask(attention.mask().and(OWN_DOCUMENT))
        : attention;
  }

  static AttentionInput within(Optional<Positions> documents, AttentionInput input) {
    return documents.map(numbers -> input.withDocuments(numbers, numbers)).orElse(input);
  }

  /// The learned numbers that the source reads, and those that the attention reads.
  private record Learned(Map<String, Operand> source, Map<String, Operand> attention) {
    static Learned of(Source source, AttentionShape shape, Map<String, Weight> all) {
      Map<String, Operand> read = new LinkedHashMap<>();
      Map<String, Operand> others = new LinkedHashMap<>(all);
      others.remove(GATE);
      for (Need need : source.needs(shape)) {
        Optional.ofNullable(others.remove(need.name()))
            .ifPresent(one -> read.put(need.name(), one));
      }
      return new Learned(read, others);
    }

    /// The input with what the attention reads.
    AttentionInput given(AttentionInput input) {
      AttentionInput all = input;
      for (Map.Entry<String, Operand> each : attention.entrySet()) {
        Weight weight = (Weight) each.getValue();
        Tensor numbers = Tensor.over(weight.array().orElseThrow(), 0, weight.shape());
        all = all.withParameter(each.getKey(), numbers);
      }
      return all;
    }
  }

  /// The attention, which leaves nothing to chance in a run that does not train.
  private Attention attending(Run run) {
    return run.trains() ? attention : attention.withChance(Chance.none());
  }

  /// The input with what chance draws from, if it draws.
  private AttentionInput drawing(AttentionInput input, Run run) {
    return drawing(attention, input, run);
  }

  static AttentionInput drawing(Attention attention, AttentionInput input, Run run) {
    Optional<CounterRandom> random = attention.chance().isNone() ? Optional.empty() : run.draw();
    return random.map(input::withRandom).orElse(input);
  }

  private Tensor rotated(Tensor x, int count, Pass pass, Run run) {
    return rotary.isPresent() ? run.apply(new Rotate(x, count, pass.angles(rotary.get()))) : x;
  }

  private static Tensor normed(Tensor x, Optional<Norm> norm, Run run) {
    return norm.isPresent() ? norm.get().forward(x, run) : x;
  }

  private static Tensor seen(Tensor value, int block, String point, Run run) {
    return run.at(Site.inBlock(block, "attn." + point), value);
  }
}
