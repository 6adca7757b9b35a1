package dev.heed.train;

import dev.heed.attention.mixer.DiagonalModes;
import dev.heed.checkpoint.Json;
import dev.heed.layer.Block;
import dev.heed.layer.Block.Branch;
import dev.heed.layer.DiagonalStateSpace;
import dev.heed.layer.Experts;
import dev.heed.layer.FeedForward;
import dev.heed.layer.GatedConvolution;
import dev.heed.layer.GatedRecurrence;
import dev.heed.layer.Linear;
import dev.heed.layer.LinearAttention;
import dev.heed.layer.Mixer;
import dev.heed.layer.Norm;
import dev.heed.layer.SelfAttention;
import dev.heed.layer.SharedAttention;
import dev.heed.layer.ShortConvolution;
import dev.heed.layer.StateSpaceDual;
import dev.heed.model.Decoder;
import dev.heed.model.PositionEmbedding;
import dev.heed.tensor.Weight;
import dev.heed.train.Parameter.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The weights of a decoder in the order of its forward, each once: a head that is the embedding's
/// table is one parameter.
public final class Parameters {
  private final List<Parameter> all = new ArrayList<>();
  private final IdentityHashMap<Weight, Boolean> seen = new IdentityHashMap<>();
  private final Map<String, Integer> parts = new HashMap<>();
  private final boolean biases;
  private final float normOffset;

  private Parameters(Json.Obj config) {
    biases = config.bool("bias", true);
    normOffset = config.string("model_type").equals("gemma2") ? 1 : 0;
  }

  /// @param config of the model, as its `config.json` has it
  public static List<Parameter> of(Decoder decoder, Json.Obj config) {
    Parameters parameters = new Parameters(config);
    parameters.table(decoder.embedding().tokens());
    decoder.embedding().positions().ifPresent(parameters::positions);
    decoder.blocks().forEach(parameters::block);
    decoder.norm().ifPresent(norm -> parameters.norm(norm, parameters.normOffset));
    parameters.table(decoder.head().weight());
    return List.copyOf(parameters.all);
  }

  /// Those of them that are trained.
  public static List<Parameter> trained(List<Parameter> parameters) {
    return parameters.stream().filter(parameter -> parameter.role() != Role.FIXED).toList();
  }

  /// The numbers in all of them.
  public static long size(List<Parameter> parameters) {
    return parameters.stream().mapToLong(Parameter::size).sum();
  }

  private void block(Block block) {
    branch(block.mixer(), this::mixer);
    block.feedForward().ifPresent(branch -> branch(branch, this::feedForward));
  }

  private <L> void branch(Branch<L> branch, Consumer<L> layer) {
    branch.norms().before().ifPresent(norm -> norm(norm, normOffset));
    layer.accept(branch.layer());
    branch.norms().after().ifPresent(norm -> norm(norm, normOffset));
    branch.norms().sum().ifPresent(norm -> norm(norm, normOffset));
  }

  private void mixer(Mixer mixer) {
    switch (mixer) {
      case SelfAttention attention -> attention(attention);
      case SharedAttention shared -> {
        matrix(shared.query());
        matrix(shared.output());
      }
      case LinearAttention attention -> linear(attention);
      case StateSpaceDual dual -> dual(dual);
      case DiagonalStateSpace diagonal -> diagonal(diagonal);
      case GatedConvolution gated -> {
        matrix(gated.projection());
        convolution(gated.convolution());
      }
      case GatedRecurrence recurrence -> {
        matrix(recurrence.gate());
        matrix(recurrence.candidate());
        matrix(recurrence.output());
      }
    }
  }

  private void linear(LinearAttention mixer) {
    matrix(mixer.projections().query());
    matrix(mixer.projections().key());
    matrix(mixer.projections().value());
    mixer.gates().decay().ifPresent(this::matrix);
    mixer.gates().strength().ifPresent(this::matrix);
    mixer.gates().headNorm().ifPresent(norm -> norm(norm, 0));
    mixer.gates().output().ifPresent(this::matrix);
    matrix(mixer.projections().output());
  }

  private void dual(StateSpaceDual mixer) {
    StateSpaceDual.Projections projections = mixer.projections();
    matrix(projections.gate());
    matrix(projections.value());
    matrix(projections.key());
    matrix(projections.query());
    matrix(projections.step());
    convolution(mixer.convolutions().value());
    convolution(mixer.convolutions().key());
    convolution(mixer.convolutions().query());
    add(mixer.dynamics().stepBias(), Role.VECTOR, 0);
    add(mixer.dynamics().rate(), Role.VECTOR, 0);
    add(mixer.dynamics().skip(), Role.VECTOR, 0);
    norm(mixer.norm(), 0);
    matrix(projections.output());
  }

  private void diagonal(DiagonalStateSpace mixer) {
    DiagonalModes modes = mixer.modes();
    add(modes.rate(), Role.VECTOR, 0);
    add(modes.frequency(), Role.VECTOR, 0);
    add(modes.real(), Role.VECTOR, 0);
    add(modes.imaginary(), Role.VECTOR, 0);
    add(modes.step(), Role.VECTOR, 0);
    add(mixer.skip(), Role.VECTOR, 0);
    matrix(mixer.output());
    matrix(mixer.gate());
  }

  private void convolution(ShortConvolution layer) {
    add(layer.taps(), Role.VECTOR, 0);
    layer.bias().ifPresent(bias -> add(bias, Role.VECTOR, 0));
  }

  private void attention(SelfAttention attention) {
    matrix(attention.projections().query());
    matrix(attention.projections().key());
    matrix(attention.projections().value());
    attention.headNorms().query().ifPresent(norm -> norm(norm, 0));
    attention.headNorms().key().ifPresent(norm -> norm(norm, 0));
    attention.learned().values().forEach(weight -> add(weight, Role.VECTOR, 0));
    matrix(attention.projections().output());
  }

  private void feedForward(FeedForward layer) {
    switch (layer) {
      case FeedForward.Plain plain -> {
        matrix(plain.up());
        matrix(plain.down());
      }
      case FeedForward.Gated gated -> {
        matrix(gated.gate());
        matrix(gated.up());
        matrix(gated.down());
      }
      case Experts experts -> {
        matrix(experts.router());
        experts
            .experts()
            .forEach(expert -> {
              matrix(expert.gate());
              matrix(expert.up());
              matrix(expert.down());
            });
      }
    }
  }

  private void norm(Norm norm, float offset) {
    switch (norm) {
      case Norm.LayerNorm layer -> {
        add(layer.gain(), Role.VECTOR, offset);
        add(layer.bias(), biases ? Role.VECTOR : Role.FIXED, 0);
      }
      case Norm.RmsNorm rms -> add(rms.gain(), Role.VECTOR, offset);
    }
  }

  private void matrix(Linear linear) {
    add(linear.weight(), Role.MATRIX, 0);
    linear.bias().ifPresent(bias -> add(bias, biases ? Role.VECTOR : Role.FIXED, 0));
  }

  private void positions(PositionEmbedding positions) {
    switch (positions) {
      case PositionEmbedding.Learned(Weight table) -> table(table);
      case PositionEmbedding.Waves _ -> {}
    }
  }

  private void table(Weight table) {
    add(table, Role.TABLE, 0);
  }

  private void add(Weight weight, Role role, float offset) {
    // what has no name is in no checkpoint
    if (weight.name().isEmpty() || seen.put(weight, true) != null) {
      return;
    }
    int part = parts.merge(weight.name(), 1, Integer::sum) - 1;
    String key = part == 0 ? weight.name() : weight.name() + "#" + part;
    all.add(new Parameter(key, weight, role, offset));
  }
}
