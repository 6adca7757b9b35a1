package dev.heed.lens;

import dev.heed.grad.Run;
import dev.heed.grad.Tokens;
import dev.heed.layer.Block;
import dev.heed.layer.FeedForward;
import dev.heed.layer.Linear;
import dev.heed.layer.Mixer;
import dev.heed.layer.Norm;
import dev.heed.layer.SelfAttention;
import dev.heed.model.Decoder;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What each part of a model adds to a logit, direct logit attribution: norms are kept as they were
/// in this pass, a scale for each row, so that everything up to the head is a sum. [Elhage et al.
/// 2021](https://transformer-circuits.pub/2021/framework/index.html).
///
/// @param contributions of the embeddings, each head, each feed-forward and the biases, in the
///   order of the pass; their sum is the logit, before a cap where the model has one
/// @param logit as the model computed it, before its cap
public record LogitAttribution(List<Contribution> contributions, double logit) {
  /// @param part as sites are named: `blocks.3.attn.z.1` for a head
  public record Contribution(String part, double amount) {
    private static final String HEAD = "attn.z.";
    private static final Pattern OF_BLOCK = Pattern.compile("blocks\\.(\\d+)\\.(.+)");

    /// The part as readers call it: `L3H1`, `L3 MLP`.
    public String name() {
      Matcher found = OF_BLOCK.matcher(part);
      if (!found.matches()) {
        return part.equals("embed") ? "embedding" : part;
      }
      String layer = "L" + found.group(1);
      String point = found.group(2);
      return switch (point) {
        case "mlp_out" -> layer + " MLP";
        case "attn_out" -> layer + " attention";
        default ->
            point.startsWith(HEAD)
                ? layer + "H" + point.substring(HEAD.length())
                : layer + " " + point;
      };
    }
  }

  /// What is asked for: a token after a position, or by how much it is ahead of another.
  ///
  /// @param position whose logits are meant
  public record Question(int position, int token, Optional<Integer> against) {
    /// Of a token alone.
    public static Question of(int position, int token) {
      return new Question(position, token, Optional.empty());
    }

    /// Of a token and one that might have come instead.
    public static Question of(int position, int token, int against) {
      return new Question(position, token, Optional.of(against));
    }

    /// Fails for what the text or the model does not have.
    void check(Lens lens, int... tokens) {
      lens.check(Tokens.of(tokens));
      if (position < 0 || position >= tokens.length) {
        throw new LensException(
            "attribution: position %d is not in a text of %d tokens"
                .formatted(position, tokens.length));
      }
      int vocabulary = lens.decoder().head().out();
      for (int asked : new int[] {token, against.orElse(token)}) {
        if (asked < 0 || asked >= vocabulary) {
          throw new LensException(
              "attribution: token %d is not one of the model's, 0 to %d"
                  .formatted(asked, vocabulary - 1));
        }
      }
    }
  }

  public LogitAttribution {
    contributions = List.copyOf(contributions);
  }

  /// Of a text.
  public static LogitAttribution of(Lens lens, int[] tokens, Question question) {
    question.check(lens, tokens);
    Trace trace = lens.trace(tokens, sites(lens));
    return new Walk(lens, trace, question).attribution();
  }

  private static Sites sites(Lens lens) {
    List<String> all = new ArrayList<>(List.of("embed"));
    for (String path : lens.sites().paths()) {
      boolean read =
          path.endsWith(".attn_out") || path.endsWith(".mlp_out") || path.endsWith(".attn.z");
      if (read || path.equals("pos_embed")) {
        all.add(path);
      }
    }
    return new Sites(all);
  }

  /// The sum of the contributions.
  public double sum() {
    return contributions.stream().mapToDouble(Contribution::amount).sum();
  }

  /// The parts that matter most, whichever way.
  public List<Contribution> strongest(int count) {
    return contributions.stream()
        .sorted(Comparator.comparingDouble((Contribution each) -> -Math.abs(each.amount)))
        .limit(count)
        .toList();
  }

  /// A part of the residual stream of one position.
  private record Part(String name, double[] vector) {}

  /// The parts of the residual stream of one position, from block to block.
  private static final class Walk {
    private final Lens lens;
    private final Trace trace;
    private final Question question;
    private List<Part> parts = new ArrayList<>();

    Walk(Lens lens, Trace trace, Question question) {
      this.lens = lens;
      this.trace = trace;
      this.question = question;
    }

    LogitAttribution attribution() {
      Decoder decoder = lens.decoder();
      add("embed", row("embed"));
      if (trace.has("pos_embed")) {
        add("pos_embed", row("pos_embed"));
      }
      for (int layer = 0; layer < decoder.blocks().size(); layer++) {
        block("blocks." + layer + ".", decoder.blocks().get(layer));
      }
      decoder.norm().ifPresent(norm -> parts = normed(norm, "ln_final", parts));
      double[] direction = direction(decoder.head());
      List<Contribution> all = new ArrayList<>();
      parts.forEach(part -> all.add(new Contribution(part.name, dot(part.vector, direction))));
      decoder
          .head()
          .bias()
          .ifPresent(bias -> all.add(new Contribution("unembed.bias", difference(bias))));
      return new LogitAttribution(all, logit(decoder));
    }

    private void block(String at, Block block) {
      attended(at, block.mixer());
      block.mixer().norms().sum().ifPresent(norm -> parts = normed(norm, at + "ln1", parts));
      if (block.feedForward().isPresent()) {
        Block.Branch<FeedForward> branch = block.feedForward().get();
        add(at + "mlp_out", row(at + "mlp_out"));
        branch.norms().sum().ifPresent(norm -> parts = normed(norm, at + "ln2", parts));
      }
    }

    /// A part a head where the mixer has an output projection that this knows, else one for all.
    private void attended(String at, Block.Branch<Mixer> branch) {
      if (!(branch.layer() instanceof SelfAttention attention)) {
        add(at + "attn_out", row(at + "attn_out"));
        return;
      }
      List<Part> heads = new ArrayList<>();
      for (int head = 0; head < attention.heads().queries(); head++) {
        float[] z = trace.value(at + "attn.z").row(0, question.position, head);
        double[] made = OutputHeads.of(attention).project(head, z);
        heads.add(new Part(at + "attn.z." + head, made));
      }
      attention
          .projections()
          .output()
          .bias()
          .ifPresent(
              bias -> heads.add(new Part(at + "attn.bias", Patterns.doubles(bias.toFloats()))));
      Optional<Norm> after = branch.norms().after();
      parts.addAll(after.map(norm -> normed(norm, at + "ln1_post", heads)).orElse(heads));
    }

    /// Each part times what the norm makes of the sum of all, and its bias as a part of its own.
    private static List<Part> normed(Norm norm, String name, List<Part> parts) {
      double[] sum = new double[parts.getFirst().vector.length];
      parts.forEach(part -> addTo(sum, part.vector));
      List<Part> all = new ArrayList<>();
      switch (norm) {
        case Norm.RmsNorm(Weight gain, float epsilon) -> {
          double scale = 1 / Math.sqrt(dot(sum, sum) / sum.length + epsilon);
          parts.forEach(part -> all.add(scaled(part, 0, scale, gain.floats())));
        }
        case Norm.LayerNorm(Weight gain, Weight bias, float epsilon) -> {
          double mean = mean(sum);
          double scale =
              1 / Math.sqrt(Math.max(0, dot(sum, sum) / sum.length - mean * mean) + epsilon);
          for (Part part : parts) {
            all.add(scaled(part, mean(part.vector), scale, gain.floats()));
          }
          all.add(new Part(name + ".bias", Patterns.doubles(bias.floats())));
        }
      }
      return all;
    }

    private static Part scaled(Part part, double mean, double scale, float[] gain) {
      double[] made = new double[part.vector.length];
      for (int i = 0; i < made.length; i++) {
        made[i] = (part.vector[i] - mean) * scale * gain[i];
      }
      return new Part(part.name, made);
    }

    private double[] direction(Linear head) {
      double[] toward = weightRow(head.weight(), question.token);
      question.against.ifPresent(other -> {
        double[] away = weightRow(head.weight(), other);
        for (int i = 0; i < away.length; i++) {
          toward[i] -= away[i];
        }
      });
      return toward;
    }

    private static double[] weightRow(Weight weight, int row) {
      return Patterns.doubles(weight.rows(row, row + 1).toFloats());
    }

    private double difference(Weight bias) {
      float[] numbers = bias.toFloats();
      return numbers[question.token] - question.against.map(other -> numbers[other]).orElse(0f);
    }

    /// The logit as the model has it: its own norm and head, without the cap.
    private double logit(Decoder decoder) {
      Run run = lens.fresh();
      Tensor hidden = decoder.hidden(Tokens.of(trace.tokens()), run);
      int width = hidden.axis(2);
      Tensor row =
          hidden.reshape(hidden.axis(1), width).slice(question.position, question.position + 1);
      Tensor logits = decoder.head().forward(row, run);
      return logits.at(0, question.token)
          - question.against.map(other -> (double) logits.at(0, other)).orElse(0.0);
    }

    private float[] row(String site) {
      return trace.value(site).row(0, question.position);
    }

    private void add(String name, float[] vector) {
      parts.add(new Part(name, Patterns.doubles(vector)));
    }

    private static void addTo(double[] sum, double[] vector) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i];
      }
    }

    private static double mean(double[] vector) {
      double sum = 0;
      for (double number : vector) {
        sum += number;
      }
      return sum / vector.length;
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }
  }
}
