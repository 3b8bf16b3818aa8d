import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { templateFromJson, templateToJson } from './template-json.ts';

const TEXT = `devices: { pump: { tampering: { case-open: cut } } }
streams:
  flow: { from: pump, fields: { inflow: { type: number }, outflow: { type: number }, lid: { type: boolean } } }
calendars:
  shift:
    days: [mon, sun]
    hours: ['06:00-14:00']
    except: ['2026-12-24/2026-12-26']
    cycle: { every: 24h, parts: 3, from: '2026-01-01T06:00:00Z' }
detect:
  flow: { calendars: [shift], signs: { case-open: lid }, physics: ['inflow = outflow within 2 %'] }
`;

test('buildDetect() reads calendars and rules, and all of it goes through JSON', () => {
  const template = makeTemplate(TEXT);
  const found = template.detect.get('flow');
  assert.deepEqual(JSON.parse(JSON.stringify(found?.calendars)), [
    {
      name: 'shift',
      zone: 'UTC',
      days: [1, 0],
      hours: [[360, 840]],
      dates: null,
      except: [['2026-12-24', '2026-12-26']],
      cycle: { every: 86_400_000, parts: 3, from: Date.parse('2026-01-01T06:00:00Z') },
    },
  ]);
  assert.deepEqual({ ...found?.signs }, { 'case-open': 'lid' });
  assert.equal(found?.physics?.[0]?.kind, 'balance');
  assert.deepEqual({ ...template.devices.get('pump')?.tampering }, { 'case-open': 'cut' });
  const again = templateFromJson(templateToJson(template));
  assert.deepEqual(JSON.stringify(again.detect.get('flow')), JSON.stringify(found));
});
