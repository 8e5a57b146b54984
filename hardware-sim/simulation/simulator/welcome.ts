import { merchantId, rupiah, studentId, type CommandBody } from "@saku/protocol";

/** What a terminal was told when it came to the school, before the run begins. */
export function welcomeBodies(slot: number, children: number): readonly CommandBody[] {
  return [
    {
      kind: "stall",
      merchant: merchantId(`mer-${slot}`),
      merchantName: `Kantin ${slot}`,
      schoolName: "SD Simulasi",
      zone: 420,
      perSale: rupiah(8_000),
      quickKeys: [],
    },
    ...Array.from({ length: children }, (_, index) => ({
      kind: "student" as const,
      student: studentId(`stu-${index}`),
      number: `${1000 + index}`,
      name: `Anak${index}`,
      className: "4A",
      isActive: true,
    })),
  ];
}
