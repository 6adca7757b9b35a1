/// How well a model foresees text.
package dev.heed.evaluate;
