package dev.heed.checkpoint;

import dev.heed.attention.mixer.Decay;
import dev.heed.attention.mixer.MixerException;
import dev.heed.attention.mixer.StateMixer;
import dev.heed.attention.mixer.Write;
import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Obj;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A [StateMixer] as a JSON object.
///
/// ```json
/// {"decay": "head", "write": "delta", "scale": 0.125}
/// ```
///
/// `decay` is `none`, `head`, `channel`, or `fixed` with the logarithms `logs`, one a state. What
/// is absent is as in [StateMixer#linear].
public final class StateMixerJson {
  private static final List<String> KEYS = List.of("decay", "logs", "write", "scale");

  private StateMixerJson() {}

  /// The object that [#read] reads back.
  public static Obj write(StateMixer mixer) {
    Obj json =
        Json.object()
            .with(
                "decay",
                switch (mixer.decay()) {
                  case Decay.None _ -> "none";
                  case Decay.Fixed _ -> "fixed";
                  case Decay.PerHead _ -> "head";
                  case Decay.PerChannel _ -> "channel";
                })
            .with("write", mixer.write().name().toLowerCase(Locale.ROOT))
            .with("scale", mixer.scale());
    if (!(mixer.decay() instanceof Decay.Fixed fixed)) {
      return json;
    }
    List<Json> logs = new ArrayList<>();
    for (float log : fixed.logs()) {
      logs.add(Json.of((double) log));
    }
    return json.with("logs", Json.of(logs));
  }

  /// Reads a mixer; an error names the member that is wrong and what would fit.
  public static StateMixer read(Obj json) {
    AttentionJson.checkKeys(json, KEYS);
    String write = json.string("write", "add");
    try {
      return new StateMixer(
          decay(json),
          switch (write) {
            case "add" -> Write.ADD;
            case "delta" -> Write.DELTA;
            default -> throw unknown(json, "write", write, "add and delta");
          },
          json.number("scale", 1));
    } catch (MixerException e) {
      throw new CheckpointException("%s: %s".formatted(json.place(), e.getMessage()), e);
    }
  }

  private static Decay decay(Obj json) {
    String decay = json.string("decay", "none");
    if (json.has("logs") && !decay.equals("fixed")) {
      throw new CheckpointException(
          "%s: the decay '%s' has no logarithms of its own; 'fixed' has"
              .formatted(json.place().member("logs"), Escape.text(decay)));
    }
    return switch (decay) {
      case "none" -> Decay.none();
      case "head" -> Decay.perHead();
      case "channel" -> Decay.perChannel();
      case "fixed" -> Decay.fixed(logs(json));
      default -> throw unknown(json, "decay", decay, "none, fixed, head and channel");
    };
  }

  private static float[] logs(Obj json) {
    Arr given = json.list("logs");
    float[] logs = new float[given.size()];
    for (int n = 0; n < logs.length; n++) {
      logs[n] = (float) given.number(n);
    }
    return logs;
  }

  private static CheckpointException unknown(Obj json, String key, String text, String fitting) {
    return new CheckpointException(
        "%s: '%s' is unknown; %s are not"
            .formatted(json.place().member(key), Escape.text(text), fitting));
  }
}
