/** Prefixes of metric units, longest first so that `da` is not read as `d`. */
const PREFIXES = [
  'Ki',
  'Mi',
  'Gi',
  'Ti',
  'da',
  'Y',
  'Z',
  'E',
  'P',
  'T',
  'G',
  'M',
  'k',
  'h',
  'd',
  'c',
  'm',
  'u',
  'n',
  'p',
  'f',
  'a',
];

const METRIC = new Set(
  (
    'm s g rad K cd C mol sr Hz N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv l L ar t bar u eV pc kat U ' +
    'cal B[V] B[SPL] B[W] B Np bit By Bd dyn erg St G Ci R RAD REM'
  ).split(' '),
);

const PLAIN = new Set(
  (
    "% [ppth] [ppm] [ppb] [pptr] [pi] deg ' '' gon min h d a wk mo atm AU [c] [g] [h] [k] [e] " +
    '[in_i] [ft_i] [yd_i] [mi_i] [nmi_i] [kn_i] [in_us] [ft_us] [mi_us] [sin_i] [sft_i] [acr_us] [cin_i] [cft_i] ' +
    '[gal_us] [qt_us] [pt_us] [foz_us] [gal_br] [oz_av] [lb_av] [ston_av] [lbf_av] [psi] [HP] [Btu] [degF] [degR] ' +
    "m[H2O] m[Hg] [in_i'H2O] [in_i'Hg] [pH] [iU] [IU] [drp] [cal] [Cal] [car_m]"
  ).split(' '),
);

/** How people write units that UCUM writes otherwise. */
const INSTEAD = new Map([
  ['c', 'Cel'],
  ['°c', 'Cel'],
  ['℃', 'Cel'],
  ['degc', 'Cel'],
  ['celsius', 'Cel'],
  ['°f', '[degF]'],
  ['f', '[degF]'],
  ['fahrenheit', '[degF]'],
  ['°', 'deg'],
  ['degree', 'deg'],
  ['degrees', 'deg'],
  ['percent', '%'],
  ['ppm', '[ppm]'],
  ['ppb', '[ppb]'],
  ['psi', '[psi]'],
  ['bpm', '/min'],
  ['rpm', '/min'],
  ['kmh', 'km/h'],
  ['kph', 'km/h'],
  ['mph', '[mi_i]/h'],
  ['mmhg', 'mm[Hg]'],
  ['volt', 'V'],
  ['volts', 'V'],
  ['ampere', 'A'],
  ['amp', 'A'],
  ['watt', 'W'],
  ['kwh', 'kW.h'],
  ['sec', 's'],
  ['second', 's'],
  ['seconds', 's'],
  ['hour', 'h'],
  ['day', 'd'],
  ['litre', 'L'],
  ['liter', 'L'],
  ['lpm', 'L/min'],
  ['l/m', 'L/min'],
  ['metre', 'm'],
  ['meter', 'm'],
  ['µs', 'us'],
  ['μs', 'us'],
  ['db', 'dB'],
  ['byte', 'By'],
  ['bytes', 'By'],
  ['ohm', 'Ohm'],
  ['ω', 'Ohm'],
]);

/** Units that are often meant, to name the nearest spelling. */
export const UNITS: readonly string[] = [
  ...'Cel K [degF] % 1 m mm cm km s ms us min h d V mV kV A mA W kW MW kW.h J kJ Pa kPa MPa bar mbar Hz kHz [g] m/s'.split(
    ' ',
  ),
  ...'m/s2 km/h L L/min m3 m3/h g kg t mol lx lm dB deg rad [ppm] [ppb] [pH] mm[Hg] [psi] /min By kBy MBy bit Ohm S uS/cm'.split(
    ' ',
  ),
];

/**
 * Tells whether a text is a unit in UCUM's case-sensitive form: atoms with metric prefixes and exponents, joined by
 * `.` and `/`, brackets, annotations in braces. The atoms are those in use on devices, not the whole of UCUM.
 *
 * @returns null where it is, else what is written instead, where that is known
 * @see The Unified Code for Units of Measure, section 2
 */
export function checkUnit(text: string): { instead: string | null } | null {
  if (text.length <= 64 && isTerm(text)) return null;
  return { instead: INSTEAD.get(text.toLowerCase()) ?? INSTEAD.get(text.toLowerCase().replace(/^°/, 'deg')) ?? null };
}

function isTerm(text: string): boolean {
  const parts = text.replace(/^\//, '').split(/[./](?![^{]*\})/);
  return parts.every(isComponent);
}

/** One factor: an atom with prefix, exponent, annotation; a whole number; or an annotation alone. */
function isComponent(text: string): boolean {
  const bare = text.replace(/\{[\x20-\x7e]*\}$/, '');
  if (bare === '') return text !== '';
  if (/^[0-9]{1,9}$/.test(bare) || /^10[*^][+-]?[0-9]{1,2}$/.test(bare)) return true;
  const atom = bare.replace(/(?<=[A-Za-z\]%'])[+-]?[0-9]$/, '');
  return isAtom(bare) || isAtom(atom);
}

function isAtom(atom: string): boolean {
  if (METRIC.has(atom) || PLAIN.has(atom)) return true;
  return PREFIXES.some((prefix) => {
    const rest = atom.slice(prefix.length);
    return (
      atom.startsWith(prefix) &&
      (METRIC.has(rest) || rest === 'm[Hg]' || rest === 'm[H2O]' || rest === '[g]' || rest === '[iU]')
    );
  });
}
