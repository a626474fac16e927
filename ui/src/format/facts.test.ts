import { expect, it } from 'vitest';
import type { FactGroup } from '../api';
import { isReference, isReport } from './facts';

const group = (title: string, ...values: string[]): FactGroup => ({
  title,
  facts: values.map((value) => ({ label: 'Label', value, moment: null })),
});

it.each<[string, FactGroup, boolean]>([
  ['by its title', group('Report 2', 'No fracture.'), true],
  ['by its title, with where it came from', group('Report (HL7)', 'No fracture.'), true],
  ['by its lines', group('Custom fields', 'one\ntwo\nthree\nfour'), true],
  [
    'not what merely has an address',
    group('Patient', '1420 NW Kearney St, Apt 5, Portland, OR 97209, United States'),
    false,
  ],
  ['not what is reported about', group('Reporting', 'Amy Chen'), false],
])('knows a report %s', (_name, facts, report) => expect(isReport(facts)).toBe(report));

it('folds numbers by their title alone: a long number may be a patient’s', () => {
  expect(isReference(group('Reference numbers', '1'))).toBe(true);
  expect(isReference(group('Specimens', '1234567890123', '1234567890124', '1234567890125'))).toBe(false);
});
