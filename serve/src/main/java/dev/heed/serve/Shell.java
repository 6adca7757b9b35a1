package dev.heed.serve;

import dev.heed.checkpoint.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The page in one file, which asks nobody: its style and modules stand in it, and so do the
/// answers to what it asks.
final class Shell {
  /// Where answers go: a list of `[path, body, answer in base64]`.
  static final String RECORDED = "{{recorded}}";

  /// Where the address goes that it opens with.
  static final String STATE = "{{state}}";

  private static final Pattern IMPORT = Pattern.compile(" from \"\\./([a-z]+\\.js)\"");
  private static final String POLICY =
      "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; "
          + "img-src data: blob:; base-uri 'none'; form-action 'none'";

  private Shell() {}

  /// With holes for answers and address.
  static String of(Page page) {
    String head =
        """
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="%s">
        <style>
        %s</style>
        <script type="application/json" id="recorded">%s</script>
        <script>if (location.hash.length < 2) history.replaceState(null, "", "#" + %s);</script>
        <script type="importmap">%s</script>
        <script type="module">import "heed/main.js";</script>\
        """
            .formatted(
                POLICY,
                text(page, "style.css"),
                RECORDED,
                STATE,
                inside(Json.object().with("imports", imports(page))));
    return text(page, "index.html")
        .replaceAll("<link rel=\"(icon|stylesheet)\"[^>]*>\n?", "")
        .replaceFirst("<script[^>]*></script>\n?", "")
        .replace("<meta charset=\"utf-8\">", head);
  }

  /// JSON that cannot end the script it stands in.
  static String inside(Json json) {
    return json.toString().replace("<", "\\u003c");
  }

  /// Every module by a name of its own, as what stands for its file.
  private static Json.Obj imports(Page page) {
    Map<String, String> found = new LinkedHashMap<>();
    Deque<String> open = new ArrayDeque<>();
    open.add("main.js");
    while (!open.isEmpty()) {
      String name = open.remove();
      if (!found.containsKey(name)) {
        String module = text(page, name);
        found.put(name, module);
        Matcher imported = IMPORT.matcher(module);
        while (imported.find()) {
          open.add(imported.group(1));
        }
      }
    }
    Json.Obj all = Json.object();
    for (Map.Entry<String, String> module : found.entrySet()) {
      String renamed = IMPORT.matcher(module.getValue()).replaceAll(" from \"heed/$1\"");
      all =
          all.with(
              "heed/" + module.getKey(),
              "data:text/javascript;charset=utf-8;base64," + base64(renamed));
    }
    return all;
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Page page, String name) {
    return new String(page.file("/" + name).orElseThrow().bytes(), StandardCharsets.UTF_8);
  }
}
