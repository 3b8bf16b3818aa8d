import type { Batch } from '#base/core/index.ts';
import { mergeBatches, sortByTime } from './merge-batches.ts';
import { openSegment } from './open-segment.ts';
import { MemorySink } from './parquet/byte-sink.ts';
import { decodeParquet } from './parquet/decode-parquet.ts';
import type { CompactionPlan } from './plan-compaction.ts';
import type { SegmentKeySource } from './ports.ts';
import { sealSegment } from './seal-segment.ts';
import type { SealingParts } from './seal-segment.ts';
import { mergeColumns } from './segment.ts';
import type { Segment } from './segment.ts';
import { handlesOf } from './segment-catalogue.ts';

/**
 * Executes a plan: opens the inputs, merges their rows by time, seals them under fresh keys. A column that changed its
 * class is sealed in the domain of the strictest that it had. The result is not published yet.
 *
 * @throws {StoreError} STORE_SEGMENT_DAMAGED if an input is: it is left as it is; STORE_KEY_MISSING if one was shredded
 */
export async function compactSegments(
  plan: CompactionPlan,
  parts: SealingParts & { readonly segmentKeys: SegmentKeySource },
): Promise<Segment> {
  const columns = mergeColumns(plan.inputs.map((input) => input.columns));
  const batches: Batch[] = [];
  for (const input of plan.inputs) batches.push(await readSegment(input, parts));
  const merged = sortByTime(mergeBatches(plan.stream, columns, batches));
  return sealSegment(
    {
      stream: plan.stream,
      columns,
      batches: [merged],
      spans: [],
      inputs: plan.inputs.map((input) => input.id),
      templates: [...new Set(plan.inputs.flatMap((input) => input.templates))],
    },
    parts,
  );
}

/** All readings of a segment as one batch. */
async function readSegment(
  segment: Segment,
  parts: SealingParts & { readonly segmentKeys: SegmentKeySource },
): Promise<Batch> {
  const keys = await parts.segmentKeys.unwrap(`segment:${segment.id}`, handlesOf(segment));
  const sink = new MemorySink(segment.size);
  const names = segment.columns.map((column) => column.name);
  await openSegment(parts.objects, segment, names, keys, sink);
  const { rows, columns } = decodeParquet(sink.bytes(), segment.columns);
  return { stream: segment.stream, template: segment.templates[0] ?? '', rows, columns };
}
