/// From logits to text: sampling, stopping, streaming.
package dev.heed.generate;
