/// What a model learns from: texts, token files, and batches as a pure function of seed and step.
package dev.heed.data;
