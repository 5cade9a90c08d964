import { type Markup, xml } from '../http/xml.ts';
import type { ServiceMetadata } from '../layer/contract.ts';

/** Whom to ask, in the elements that WMS and TMS share (WMS 1.1.1 DTD, ContactInformation; row WMS-05). */
export function contactInformation({ contact }: ServiceMetadata): Markup | undefined {
  if (contact === undefined) return undefined;
  return xml`  <ContactInformation>
    <ContactPersonPrimary>
      <ContactPerson>${contact.person}</ContactPerson>
      <ContactOrganization>${contact.organization}</ContactOrganization>
    </ContactPersonPrimary>
    <ContactPosition>${contact.position}</ContactPosition>
    <ContactAddress>
      <AddressType>${contact.address_type ?? 'postal'}</AddressType>
      <Address>${contact.address}</Address>
      <City>${contact.city}</City>
      <StateOrProvince>${contact.state}</StateOrProvince>
      <PostCode>${contact.postcode}</PostCode>
      <Country>${contact.country}</Country>
    </ContactAddress>
    <ContactVoiceTelephone>${contact.phone}</ContactVoiceTelephone>
    <ContactFacsimileTelephone>${contact.fax}</ContactFacsimileTelephone>
    <ContactElectronicMailAddress>${contact.email}</ContactElectronicMailAddress>
  </ContactInformation>`;
}
