package dev.heed.lens;

import dev.heed.checkpoint.Json;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// What is known of a head, from three sides: where it looks, what its weights say, and what is
/// lost without it. One side alone is easily misread.
public record HeadReport(
    int layer,
    int head,
    HeadStatistics statistics,
    Map<HeadRole, HeadRole.Score> roles,
    Evidence weights,
    Loss loss) {
  /// A role is named from this share of the weight above chance on.
  public static final double THRESHOLD = .4;

  private static final double COPIES = .75;
  private static final double KNOWS_POSITIONS = .3;
  private static final double COMPOSES = .02;
  private static final double MATTERS = .02;

  /// What weights say.
  ///
  /// @param copying [HeadWeights#copying], .5 by chance
  /// @param eigenvalues [HeadWeights#eigenvalueCopying], 0 by chance
  /// @param positional the weight on the token before, of queries and keys that know positions
  ///   alone
  /// @param reads of a head that looks like induction: the earlier head that its keys read most
  public record Evidence(
      Optional<Double> copying,
      Optional<Double> eigenvalues,
      Optional<Double> positional,
      Optional<Partner> reads) {
    /// Nothing, as of a text alone.
    static final Evidence NONE =
        new Evidence(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private Json.Obj json() {
      Json.Obj said = Json.object();
      if (copying.isPresent()) {
        said = said.with("copying", copying.get());
      }
      if (eigenvalues.isPresent()) {
        said = said.with("eigenvalueCopying", eigenvalues.get());
      }
      if (positional.isPresent()) {
        said = said.with("positional", positional.get());
      }
      return reads.isPresent()
          ? said.with("reads", new HeadId(reads.get().layer, reads.get().head).toString())
              .with("composition", reads.get().composition)
          : said;
    }
  }

  /// An earlier head and how strongly it is read, above chance.
  public record Partner(int layer, int head, double composition) {}

  /// How much more is lost without the head, nats a token.
  ///
  /// @param textMean of texts, with the mean in place of its result; `textZero`, with zeros
  /// @param repeatedMean of the second half of random tokens that come twice; `repeatedZero`,
  ///   likewise
  public record Loss(double textMean, double textZero, double repeatedMean, double repeatedZero) {
    private Json.Obj json() {
      return Json.object()
          .with("textMean", textMean)
          .with("textZero", textZero)
          .with("repeatedMean", repeatedMean)
          .with("repeatedZero", repeatedZero);
    }
  }

  public HeadReport {
    roles = Collections.unmodifiableMap(new EnumMap<>(roles));
  }

  /// `L3H5`.
  public String name() {
    return "L%dH%d".formatted(layer, head);
  }

  /// The role that its pattern fits best, if any does.
  public Optional<HeadRole> role() {
    return HeadRole.best(roles);
  }

  /// How well its pattern fits a role; zeros where that was not looked at.
  public HeadRole.Score score(HeadRole role) {
    return roles.getOrDefault(role, new HeadRole.Score(0, 0, 0, 0));
  }

  /// The weight where a role expects it: 0 by chance, 1 at most.
  public double aboveChance(HeadRole role) {
    return score(role).aboveChance();
  }

  /// Whether the weights fit the role; nothing where they tell nothing of it.
  public Optional<Boolean> weightsAgree() {
    return role()
        .flatMap(role ->
            switch (role) {
              case PREVIOUS -> weights.positional.map(score -> score >= KNOWS_POSITIONS);
              case INDUCTION ->
                  weights.copying.map(score ->
                      score >= COPIES
                          && weights.reads.map(Partner::composition).orElse(0.0) >= COMPOSES);
              default -> Optional.empty();
            });
  }

  /// Whether something is lost without the head where its role would help.
  public Optional<Boolean> lossAgrees() {
    return role()
        .map(role -> {
          boolean onRepeated = role == HeadRole.INDUCTION || role == HeadRole.DUPLICATE;
          return (onRepeated ? loss.repeatedMean : loss.textMean) >= MATTERS;
        });
  }

  /// All of it.
  public Json.Obj json() {
    Json.Obj scores = Json.object();
    for (Map.Entry<HeadRole, HeadRole.Score> each : roles.entrySet()) {
      scores = scores.with(each.getKey().text(), each.getValue().json());
    }
    Json.Obj all =
        Json.object()
            .with("layer", layer)
            .with("head", head)
            .with("statistics", statistics.json())
            .with("pattern", scores)
            .with("weights", weights.json())
            .with("ablation", loss.json());
    if (role().isPresent()) {
      all = all.with("role", role().get().text()).with("aboveChance", aboveChance(role().get()));
    }
    if (weightsAgree().isPresent()) {
      all = all.with("weightsAgree", weightsAgree().get());
    }
    return lossAgrees().isPresent() ? all.with("lossAgrees", lossAgrees().get()) : all;
  }
}
