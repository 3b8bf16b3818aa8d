import fc from 'fast-check';

const pick = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

/** Granted columns mostly; else what is hidden, virtual, or named by way of something else. */
const column = fc.oneof(
  { weight: 60, arbitrary: pick('device', 'time', 'temperature', 'humidity', 'door', 'seq') },
  { weight: 1, arbitrary: pick('driver', 'site', 'climate.driver', 'c.site', '_r.driver', '#1', '#2', 'rowid') },
  { weight: 1, arbitrary: pick('climate', 'c', 's', 'filename', 'file_row_number', 'weir.climate.driver', 'd', 't') },
);

const shape = (text: fc.Arbitrary<string>, ...forms: readonly ((inner: string) => string)[]): fc.Arbitrary<string> =>
  fc.tuple(text, fc.constantFrom(...forms)).map(([inner, form]) => form(inner));

const { statement } = fc.letrec((untyped) => {
  const tie = (name: string) => untyped(name) as fc.Arbitrary<string>;
  return {
    scalar: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: column },
      shape(
        tie('scalar'),
        (x) => `CAST(${x} AS VARCHAR)`,
        (x) => `upper(CAST(${x} AS VARCHAR))`,
        (x) => `length(CAST(${x} AS VARCHAR))`,
        (x) => `md5(CAST(${x} AS VARCHAR))`,
        (x) => `substr(CAST(${x} AS VARCHAR), 2, 9)`,
        (x) => `hash(${x})`,
        (x) => `typeof(${x})`,
        (x) => `to_json(${x})`,
        (x) => `row(${x})`,
        (x) => `[${x}]`,
        (x) => `{'a': ${x}}`,
        (x) => `TRY_CAST(CAST(${x} AS VARCHAR) AS DOUBLE)`,
        (x) => `list_transform([${x}], lambda l: CAST(l AS VARCHAR) || 'y')`,
        (x) => `try(CAST(CAST(${x} AS VARCHAR) AS INTEGER))`,
        (x) => `CAST(CAST(${x} AS VARCHAR) AS INTEGER)`,
        (x) => `error(CAST(${x} AS VARCHAR))`,
      ),
      fc.tuple(tie('scalar'), tie('scalar')).map(([a, b]) => `concat(${a}, ${b})`),
      fc
        .tuple(tie('condition'), tie('scalar'))
        .map(([a, b]) => `CASE WHEN ${a} THEN CAST(${b} AS VARCHAR) ELSE 'n' END`),
      fc
        .tuple(tie('aggregate'), tie('source'), tie('condition'))
        .map(([a, from, where]) => `(SELECT ${a} FROM ${from} WHERE ${where})`),
    ),
    condition: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      pick('true', 'door', 'humidity > 3', 'temperature BETWEEN 2 AND 11', 'seq IS NULL'),
      shape(
        tie('scalar'),
        (x) => `${x} IS NOT NULL`,
        (x) => `hash(${x}) % 2 = 0`,
        (x) => `CAST(${x} AS VARCHAR) LIKE '%3%'`,
        (x) => `CAST(${x} AS VARCHAR) > 'c'`,
        (x) => `CAST(CAST(${x} AS VARCHAR) AS DOUBLE) > 0`,
        (x) => `1 / length(CAST(${x} AS VARCHAR)) < 2`,
        (x) => `NOT regexp_matches(CAST(${x} AS VARCHAR), '^[a-f]')`,
      ),
      fc.tuple(tie('condition'), pick('AND', 'OR'), tie('condition')).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(tie('source'), tie('condition')).map(([from, where]) => `EXISTS (SELECT * FROM ${from} WHERE ${where})`),
      fc
        .tuple(tie('scalar'), tie('scalar'), tie('source'))
        .map(([a, b, from]) => `CAST(${a} AS VARCHAR) IN (SELECT CAST(${b} AS VARCHAR) FROM ${from})`),
    ),
    aggregate: fc.oneof(
      { withCrossShrink: true },
      pick('count(*)', 'avg(temperature)', 'max(time)', 'sum(humidity)', "min(COLUMNS('t.*'))", 'list(climate)'),
      shape(
        tie('scalar'),
        (x) => `count(DISTINCT ${x})`,
        (x) => `min(CAST(${x} AS VARCHAR))`,
        (x) => `max(${x})`,
        (x) => `list_sort(list(CAST(${x} AS VARCHAR)))`,
        (x) => `string_agg(CAST(${x} AS VARCHAR), ',' ORDER BY CAST(${x} AS VARCHAR))`,
        (x) => `sum(length(CAST(${x} AS VARCHAR)))`,
        (x) => `arg_max(${x}, hash(${x}))`,
        (x) => `histogram(${x})`,
        (x) => `count(*) FILTER (WHERE ${x} IS NULL)`,
      ),
    ),
    source: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 60, arbitrary: pick('climate', 'climate', 'climate AS c', 'climate_view', 'climate_view AS climate') },
      {
        weight: 1,
        arbitrary: pick('trucks', 'climate AS v(device, time)', 'main.climate', 'weir.climate', 'secrets', 'w'),
      },
      { weight: 8, arbitrary: tie('select').map((inner) => `(${inner}) AS s`) },
      { weight: 1, arbitrary: tie('select').map((inner) => `trucks, LATERAL (${inner}) AS s`) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(
            pick('JOIN', 'LEFT JOIN', 'SEMI JOIN', 'ANTI JOIN', 'ASOF JOIN'),
            pick('device', 'time', 'device, time', 'driver'),
          )
          .map(([join, using]) => `climate ${join} climate_view AS c USING (${using})`),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(
            tie('source'),
            pick('NATURAL JOIN', 'CROSS JOIN', 'POSITIONAL JOIN', ','),
            pick('trucks', '(SELECT 1 AS one) AS o'),
          )
          .map(([a, join, b]) => `${a} ${join} ${b}`),
      },
      {
        weight: 1,
        arbitrary: pick(
          'climate PIVOT (count(*) FOR door IN (true, false))',
          '(SELECT device, driver FROM climate) UNPIVOT (value FOR name IN (device, driver))',
          'climate TABLESAMPLE 100%',
          '(DESCRIBE climate)',
          '(SELECT column_name, min, max, count FROM (SUMMARIZE climate))',
          'information_schema.columns',
          '(SELECT unnest(climate) FROM climate) AS s',
        ),
      },
    ),
    select: fc.oneof(
      { withCrossShrink: true },
      fc
        .tuple(fc.array(tie('scalar'), { minLength: 1, maxLength: 3 }), tie('source'), tie('condition'))
        .map(([items, from, where]) => `SELECT ${items.join(', ')} FROM ${from} WHERE ${where}`),
      fc
        .tuple(fc.array(tie('aggregate'), { minLength: 1, maxLength: 2 }), tie('source'), tie('condition'))
        .map(([items, from, where]) => `SELECT ${items.join(', ')} FROM ${from} WHERE ${where}`),
      fc
        .tuple(column, column, pick('min', 'lag', 'count', 'first_value', 'list'), column, tie('source'))
        .map(
          ([a, b, f, c, from]) => `SELECT ${f}(${a}) OVER (PARTITION BY ${b} ORDER BY ${c}, hash(${a})) FROM ${from}`,
        ),
      fc
        .tuple(tie('scalar'), tie('aggregate'), tie('source'), tie('condition'))
        .map(([key, item, from, where]) => `SELECT ${key} AS k, ${item} FROM ${from} WHERE ${where} GROUP BY ALL`),
      fc
        .tuple(
          pick(
            '*',
            '*',
            'c.*',
            '* EXCLUDE (device)',
            "COLUMNS('.*')",
            '* REPLACE (1 AS device)',
            '* RENAME (device AS d)',
            'climate',
            'DISTINCT *',
            's',
          ),
          tie('source'),
          tie('condition'),
          pick(
            '',
            ' ORDER BY ALL',
            ' QUALIFY row_number() OVER (PARTITION BY device ORDER BY time) = 1',
            ' ORDER BY hash(device)',
          ),
        )
        .map(([items, from, where, rest]) => `SELECT ${items} FROM ${from} WHERE ${where}${rest}`),
    ),
    statement: fc.oneof(
      { weight: 6, arbitrary: tie('select') },
      {
        weight: 2,
        arbitrary: fc
          .tuple(pick('w', 'climate', 'trucks'), tie('select'), tie('select'))
          .map(([name, inner, outer]) => `WITH ${name} AS (${inner}) ${outer}`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(tie('select'), pick('UNION ALL', 'UNION', 'EXCEPT', 'INTERSECT', 'UNION BY NAME'), tie('select'))
          .map(([a, op, b]) => `(${a}) ${op} (${b})`),
      },
      {
        weight: 1,
        arbitrary: tie('select').map((a) => `WITH RECURSIVE w AS (${a} UNION SELECT * FROM w WHERE false) FROM w`),
      },
      {
        weight: 1,
        arbitrary: tie('select').map(
          (inner) => `SELECT column_name, column_type, min, max, count FROM (SUMMARIZE ${inner})`,
        ),
      },
    ),
  };
});

/** Statements of a grammar that reaches for what is not granted in every place that a statement has. */
export const anyStatement: fc.Arbitrary<string> = statement;
