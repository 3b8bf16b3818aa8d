/**
 * The area under the ROC curve: how often an anomalous row has a higher score than a normal one, ties counting half.
 *
 * @param labels 1 for anomalous rows, 0 for normal ones
 * @returns NaN where one of the two is missing
 * @see Hanley and McNeil (1982); equal to the Mann-Whitney statistic
 */
export function rocArea(scores: Float64Array, labels: Float64Array): number {
  const order = Int32Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [positives, ranks] = [0, 0];
  for (let from = 0; from < order.length;) {
    let to = from;
    let tied = 0;
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++) tied += labels[order[to]!]!;
    positives += tied;
    // Rows of equal scores share the mean of their ranks.
    ranks += tied * ((from + 1 + to) / 2);
    from = to;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return NaN;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}
