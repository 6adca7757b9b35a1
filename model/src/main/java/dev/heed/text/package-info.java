/// Text to token ids and back.
package dev.heed.text;
